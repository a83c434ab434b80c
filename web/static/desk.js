// What the page asks of the API. Everything that fails ends in a Trouble whose message a customer can read.

export class Trouble extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const IN_WORDS = {
  0: "There is no connection to the support desk right now.",
  401: "This chat is not open to you. Reload the page, or write to the support desk another way.",
  403: "This chat is not open to you. Reload the page, or write to the support desk another way.",
  404: "This conversation is no longer here. Start a new one.",
  409: "Your message is still on its way. Try again in a moment.",
  413: "Your message is too long. Shorten it and send it again.",
  429: "There are too many messages right now. Try again in a minute.",
};

function inWords(status, detail) {
  if (status === 422 && detail) return `Your message could not be taken. ${detail.replace(/^body\.\w+: /, "")}`;
  return IN_WORDS[status] || "Something went wrong on our side. Your message was not taken; try again in a moment.";
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(20000) });
  } catch {
    throw new Trouble(IN_WORDS[0]);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Trouble(inWords(response.status, answer.detail), response.status);
  return answer;
}

export function say(text, ticket, attempt) {
  return ask("/v1/chat", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": attempt },
    body: JSON.stringify(ticket ? { text, ticket } : { text }),
  });
}

export function read(ticket) {
  return ask(`/v1/chat/${encodeURIComponent(ticket)}`);
}

export function confirm(ticket, attempt) {
  return ask(`/v1/chat/${encodeURIComponent(ticket)}/confirm`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": attempt },
  });
}

export function rate(ticket, mark, attempt) {
  return ask(`/v1/chat/${encodeURIComponent(ticket)}/rating`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": attempt },
    body: JSON.stringify({ mark }),
  });
}

// Tell that a source was looked up. Nobody waits for it, and nobody is told when it fails.
export function lookedUp(ticket, article) {
  const told = fetch(`/v1/chat/${encodeURIComponent(ticket)}/citations`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ article }),
    keepalive: true,
  });
  told.catch(() => {});
}

export function follow(ticket, after, on) {
  const stream = new EventSource(`/v1/chat/${encodeURIComponent(ticket)}/events?after=${after}`);
  stream.addEventListener("open", on.open);
  stream.addEventListener("error", () => on.lost(stream.readyState === EventSource.CLOSED));
  for (const kind of ["status", "reply", "handed_over", "done"]) {
    stream.addEventListener(kind, (event) => on[kind](JSON.parse(event.data)));
  }
  return stream;
}

export function attemptId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
