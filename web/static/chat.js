// The chat page. The conversation is always read from the desk; events only say when to read it again,
// so that a reload, a second tab and a lost connection all show the same.

import * as desk from "/static/desk.js";
import * as rating from "/static/rating.js";
import * as words from "/static/words.js";

const STATUS = {
  queued: "Your message has arrived.",
  reading: "Reading your message…",
  searching: "Searching the help center…",
  writing: "Writing a reply…",
  checking: "Checking the reply against its sources…",
};
const PATIENCE = 25000; // milliseconds without news before the page says that nothing is lost
const KEY = "deskhand.ticket";

const find = (id) => document.getElementById(id);
const [log, status, trouble, composer, text, anew, role, welcome, asking] =
  ["log", "status", "trouble", "composer", "text", "anew", "role", "welcome", "rating"].map(find);

let ticket = sessionStorage.getItem(KEY);
let lastEvent = 0;
let stream = null;
let patience = 0;
let reading = null;
let readAgain = false;
let sending = Promise.resolve();
const cases = new Set();
const lookedUp = new Set();

function showStatus(sentence, working = false) {
  clearTimeout(patience);
  status.textContent = sentence;
  status.classList.toggle("working", working);
  if (working) {
    patience = setTimeout(() => showStatus("This takes longer than usual. Your message is safe: you will get a reply or a person.", true), PATIENCE);
  }
}

function showTrouble(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = !sentence;
}

function toTheEnd() {
  log.scrollTop = log.scrollHeight;
}

function place(shown) {
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  welcome.classList.add("brief");
  anew.hidden = false;
  log.append(shown);
  if (shown.clientHeight > log.clientHeight) shown.scrollIntoView({ block: "start" });
  else if (near || shown.classList.contains("customer")) toTheEnd();
}

function show(conversation) {
  for (const said of conversation.messages) {
    const shown = log.querySelector(`[data-id="${CSS.escape(said.id)}"]`);
    if (!shown) place(words.message(said));
  }
  lastEvent = Math.max(lastEvent, conversation.last_event);
  if (rating.show(asking, conversation, showTrouble)) toTheEnd();
  role.textContent = conversation.handed_over ? "A person has your chat now" : "Automated assistant (a bot)";
  text.placeholder = conversation.handed_over ? "Write to the support team" : "Write your question";
  showStatus(conversation.working ? STATUS[conversation.working] || STATUS.queued : "", Boolean(conversation.working));
}

async function readConversation() {
  const asked = ticket;
  const conversation = await desk.read(asked);
  if (asked === ticket) show(conversation);
}

// Read once at a time; whoever asks meanwhile gets one more reading after it.
async function refresh() {
  if (reading) {
    readAgain = true;
    return reading;
  }
  reading = readConversation().catch(lost).finally(() => {
    reading = null;
    if (readAgain) {
      readAgain = false;
      refresh();
    }
  });
  return reading;
}

function lost(error) {
  if (error.status === 404) begin();
  showTrouble(error.message);
}

function listen() {
  stream?.close();
  stream = desk.follow(ticket, lastEvent, {
    open: () => { showTrouble(""); refresh(); },
    lost: (ended) => {
      showTrouble("The connection was lost. Trying again; nothing you wrote is lost.");
      if (ended) setTimeout(() => ticket && listen(), 3000);
    },
    status: (data) => {
      showStatus(STATUS[data.status] || STATUS.reading, true);
      if (!cases.has(data.case)) refresh();
      cases.add(data.case);
    },
    reply: refresh,
    handed_over: refresh,
    done: refresh,
  });
}

function begin() {
  stream?.close();
  stream = null;
  ticket = null;
  lastEvent = 0;
  cases.clear();
  lookedUp.clear();
  rating.clear(asking);
  sessionStorage.removeItem(KEY);
  log.replaceChildren(welcome);
  welcome.classList.remove("brief");
  anew.hidden = true;
  role.textContent = "Automated assistant (a bot)";
  text.placeholder = "Write your question";
  showStatus("");
  showTrouble("");
}

function entry(said) {
  const shown = words.message({ id: "", author: "customer", kind: "text", text: said, sentences: [], sources: [] });
  shown.classList.add("waiting");
  place(shown);
  return shown;
}

function failed(shown, again, error) {
  shown.classList.replace("waiting", "unsent");
  const retry = words.element("button", { type: "button", class: "quiet" }, "Try again");
  const line = words.element("div", { class: "retry", role: "alert" }, `Not sent. ${error.message}`, retry);
  retry.addEventListener("click", () => {
    line.remove();
    shown.classList.replace("unsent", "waiting");
    again();
  });
  shown.append(line);
  toTheEnd();
}

async function deliver(said, shown, attempt) {
  if (!shown.isConnected) return;
  try {
    const received = await desk.say(said, ticket, attempt);
    settle(shown, received);
  } catch (error) {
    failed(shown, () => queue(said, shown, attempt), error);
  }
}

function settle(shown, received) {
  if (!shown.isConnected) return;
  const twin = log.querySelector(`[data-id="${CSS.escape(received.message)}"]`);
  if (twin && twin !== shown) shown.remove();
  shown.classList.remove("waiting");
  shown.dataset.id = received.message;
  showStatus(STATUS.queued, true);
  if (ticket === received.ticket && stream) return;
  ticket = received.ticket;
  sessionStorage.setItem(KEY, ticket);
  listen();
}

// One after the other, so that a burst keeps its order and lands in one conversation.
function queue(said, shown, attempt) {
  sending = sending.then(() => deliver(said, shown, attempt));
}

function submit(event) {
  event.preventDefault();
  const said = text.value;
  if (!said.trim()) return;
  text.value = "";
  grow();
  showTrouble("");
  queue(said, entry(said), desk.attemptId());
  text.focus();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

composer.addEventListener("submit", submit);
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
log.addEventListener("lookedup", ({ detail: article }) => {
  if (!ticket || lookedUp.has(article)) return;
  lookedUp.add(article);
  desk.lookedUp(ticket, article);
});
document.addEventListener("visibilitychange", () => !document.hidden && ticket && refresh());
anew.addEventListener("click", () => { begin(); text.focus(); });

if (ticket) refresh().then(() => ticket && listen());
text.focus();
