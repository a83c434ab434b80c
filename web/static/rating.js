// The one question after a ticket is solved: how content the customer is, from one star to five. It is asked once.

import * as desk from "/static/desk.js";
import * as words from "/static/words.js";

const MARKS = ["bad", "poor", "fair", "good", "very good"];
const QUESTION = "This is solved, we think. How content are you with our help?";

// Ask for a mark where the desk wants one, and say whether that is new.
export function show(place, conversation, trouble) {
  if (place.dataset.ticket === conversation.ticket && conversation.rating === place.dataset.state) return false;
  clear(place);
  if (conversation.rating !== "asked") return false;
  Object.assign(place.dataset, { ticket: conversation.ticket, state: "asked" });
  place.append(words.element("p", { id: "rating-question" }, QUESTION), stars(place, conversation.ticket, trouble));
  return true;
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
