// Signing in by link or password. The link's token stands behind `#`, so that no server on the way sees or spends it.

const $ = (id) => document.getElementById(id);
const SECTIONS = ["by-link", "by-password", "inside"];
let csrf = "";

async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: { "X-CSRF-Token": csrf, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
  } catch {
    return { trouble: "There is no connection to the support desk right now." };
  }
  const answer = await response.json().catch(() => ({}));
  return response.ok ? answer : { trouble: answer.detail || "Something went wrong on our side. Try again in a moment." };
}

function show(section, trouble = "") {
  for (const each of SECTIONS) $(each).hidden = each !== section;
  $("trouble").hidden = !trouble;
  $("trouble").textContent = trouble;
}

function enter(answer, otherwise, fresh) {
  if (answer.trouble) return show(otherwise, answer.trouble);
  csrf = answer.csrf_token;
  $("name").textContent = answer.name;
  $("role").textContent = answer.role.replace("_", "-");
  $("choose").hidden = !fresh;
  show("inside");
}

const link = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

$("by-link").addEventListener("submit", async (event) => {
  event.preventDefault();
  enter(await ask("POST", "/v1/session", { link }), "by-password", true);
});

$("by-password").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = Object.fromEntries(new FormData(event.target));
  enter(await ask("POST", "/v1/session", said), "by-password", false);
});

$("choose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { password } = Object.fromEntries(new FormData(event.target));
  const answer = await ask("PUT", "/v1/session/password", { password });
  enter(answer, "inside", Boolean(answer.trouble));
  $("kept").textContent = answer.trouble ? "" : "Kept. From now on you sign in with it.";
  event.target.reset();
});

$("out").addEventListener("click", async () => {
  const answer = await ask("DELETE", "/v1/session");
  show(answer.trouble ? "inside" : "by-password", answer.trouble);
});

if (link) {
  show("by-link");
} else {
  const answer = await ask("GET", "/v1/session");
  if (answer.trouble) show("by-password", $("trouble").textContent);
  else enter(answer, "by-password", false);
}
