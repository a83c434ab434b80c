// Turns messages into elements. Text goes in as text and never as markup.

const BY = { customer: "You", teammate: "Support team", bot: "Assistant (bot)" };

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function message(said) {
  const kind = said.kind === "notice" ? " notice" : "";
  const by = element("p", { class: "by" }, BY[said.author]);
  const words = element("div", { class: "words" }, ...body(said));
  return element("article", { class: `message ${said.author}${kind}`, "data-id": said.id }, by, words);
}

function body(said) {
  if (!said.sentences.length) return paragraphs(said.text);
  const parts = grouped(said.sentences).map((group) => block(group, said));
  return said.sources.length ? [...parts, sources(said)] : parts;
}

function paragraphs(text) {
  return text.split(/\n{2,}/).map((part) => element("p", {}, part));
}

function grouped(sentences) {
  const groups = [];
  for (const sentence of sentences) {
    const before = groups.at(-1)?.[0];
    const steps = sentence.kind === "step";
    if (before && before.ask === sentence.ask && (before.kind === "step") === steps) groups.at(-1).push(sentence);
    else groups.push([sentence]);
  }
  return groups;
}

function block(group, said) {
  if (group[0].kind === "step") {
    const steps = group.map((sentence) => element("li", {}, ...cited(sentence, said)));
    return element("ol", { class: "steps" }, ...steps);
  }
  const sentences = group.flatMap((sentence, place) => (place ? [" ", ...cited(sentence, said)] : cited(sentence, said)));
  return element("p", {}, ...sentences);
}

function cited(sentence, said) {
  return [sentence.text, ...sentence.sources.map((number) => mark(number, said))];
}

function mark(number, said) {
  const label = `Source ${number}: ${said.sources[number - 1].title}`;
  const link = element("a", { class: "mark", href: `#${place(said, number)}`, "aria-label": label, title: label }, String(number));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    point(document.getElementById(place(said, number)));
  });
  return link;
}

function point(source) {
  document.querySelectorAll(".pointed").forEach((other) => other.classList.remove("pointed"));
  source.classList.add("pointed");
  source.querySelector("details").open = true;
  source.querySelector("summary").focus();
  source.scrollIntoView({ block: "nearest" });
}

function place(said, number) {
  return `source-${said.id}-${number}`;
}

function sources(said) {
  const rows = said.sources.map((source) => element("li", { id: place(said, source.number) },
    element("span", { class: "number" }, `${source.number}.`),
    looking(element("div", {}, title(source), quotes(source)), source)));
  return element("section", { class: "sources" }, element("h3", {}, "Where this comes from"), element("ol", {}, ...rows));
}

// Let the page hear when a source is looked up, by its quote or by its address.
function looking(shown, source) {
  const tell = () => shown.dispatchEvent(new CustomEvent("lookedup", { bubbles: true, detail: source.article }));
  shown.querySelector("details").addEventListener("toggle", (event) => event.target.open && tell());
  shown.querySelector("a")?.addEventListener("click", tell);
  return shown;
}

function title(source) {
  if (!/^https?:\/\//.test(source.url || "")) return element("span", {}, source.title);
  return element("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, source.title);
}

function quotes(source) {
  const summary = element("summary", { "aria-label": `Quote from ${source.title}` }, "Show the quote");
  return element("details", {}, summary, ...source.quotes.map((quote) => element("blockquote", {}, quote)));
}
