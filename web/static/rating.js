// How a conversation ends: the customer may say that an answer solved it, and is then asked once how content they are.

import * as desk from "/static/desk.js";
import * as words from "/static/words.js";

const MARKS = ["bad", "poor", "fair", "good", "very good"];
const QUESTION = "This is solved, we think. How content are you with our help?";

// Offer to end what the bot answered, or ask for a mark where the desk wants one; say whether that is new.
export function show(place, conversation, trouble) {
  const state = conversation.rating || (answered(conversation) ? "answered" : "");
  if (place.dataset.ticket === conversation.ticket && state === place.dataset.state) return false;
  const focused = place.contains(document.activeElement);
  clear(place);
  if (state !== "asked" && state !== "answered") return false;
  Object.assign(place.dataset, { ticket: conversation.ticket, state });
  if (state === "answered") place.append(ending(place, conversation.ticket, trouble));
  else place.append(words.element("p", { id: "rating-question" }, QUESTION), stars(place, conversation.ticket, trouble));
  if (focused) place.querySelector("button").focus();
  return true;
}

function answered({ messages, working, handed_over }) {
  const last = messages[messages.length - 1];
  return !working && !handed_over && last?.author === "bot" && last.kind === "reply";
}

function ending(place, ticket, trouble) {
  const solved = words.element("button", { type: "button", class: "quiet" }, "That solved it");
  const attempt = desk.attemptId();
  solved.addEventListener("click", async () => {
    solved.disabled = true;
    try {
      const conversation = await desk.confirm(ticket, attempt);
      if (place.dataset.ticket !== ticket) return;
      trouble("");
      show(place, conversation, trouble);
      place.querySelector("button")?.focus();
    } catch (error) {
      solved.disabled = false;
      solved.focus();
      trouble(error.message);
    }
  });
  return solved;
}

export function clear(place) {
  place.replaceChildren();
  delete place.dataset.state;
  delete place.dataset.ticket;
}

function stars(place, ticket, trouble) {
  const group = words.element("div", { class: "stars", role: "group", "aria-labelledby": "rating-question" });
  const attempt = desk.attemptId();
  MARKS.forEach((word, before) => {
    const label = `${before + 1} of ${MARKS.length} stars: ${word}`;
    const star = words.element("button", { type: "button", "aria-label": label, title: label });
    star.addEventListener("click", () => give(place, group, { ticket, mark: before + 1, attempt, trouble }));
    group.append(star);
  });
  return group;
}

async function give(place, group, { ticket, mark, attempt, trouble }) {
  const buttons = [...group.children];
  buttons.forEach((star) => { star.disabled = true; });
  try {
    await desk.rate(ticket, mark, `${attempt}-${mark}`);
  } catch (error) {
    buttons.forEach((star) => { star.disabled = false; });
    buttons[mark - 1].focus();
    trouble(error.message);
    return;
  }
  if (place.dataset.ticket !== ticket) return;
  trouble("");
  place.dataset.state = "given";
  const thanks = words.element("p", { tabindex: "-1" }, `Thank you. You gave ${mark} of ${MARKS.length} stars.`);
  place.replaceChildren(thanks);
  thanks.focus();
}
