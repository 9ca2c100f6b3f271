// A vote without leaving the page. Where the service refuses, the form is sent as it would have been without this. Where no
// answer comes, the reader stays and is told: a page of that service would not come either.
"use strict";

const PATIENCE_MS = 15_000;
const NO_ANSWER = "No answer came, so your vote may not have been counted. Press again to send it on a page of its own.";

for (const form of document.querySelectorAll("form.ballot")) {
  form.addEventListener("submit", (event) => {
    const call = event.submitter?.value;
    if (call !== "ship" && call !== "skip") return;
    if (form.dataset.unanswered) {
      delete form.dataset.unanswered;
      return;
    }
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    const answer = form.querySelector(".answer");
    answer.textContent = "Sending your vote …";
    send(form, call)
      .then((told) => {
        answer.textContent = say(told);
        form.dataset.chosen = told.call;
        for (const button of form.querySelectorAll("button")) {
          button.setAttribute("aria-pressed", String(button.value === told.call));
        }
      })
      .catch((error) => {
        if (error instanceof TypeError || error.name === "AbortError") {
          form.dataset.unanswered = "yes";
          answer.textContent = NO_ANSWER;
        } else {
          answer.textContent = "Your vote continues on a page of its own.";
          submitPlainly(form, call);
        }
      })
      .finally(() => delete form.dataset.busy);
  });
}

async function send(form, call) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const headers = { Accept: "application/json" };
  const options = { credentials: "include", cache: "no-store", headers, signal: patience.signal };
  try {
    const { csrf } = await read(await fetch(`${form.action}/session`, options));
    const body = new URLSearchParams({ tool: form.elements.tool.value, call, csrf });
    return await read(await fetch(form.action, { ...options, method: "POST", body }));
  } finally {
    clearTimeout(timer);
  }
}

async function read(response) {
  if (!response.ok) throw new Error(`the vote was answered with ${response.status}`);
  return response.json();
}

function say({ call, ships, votes, shown }) {
  const yours = `Thank you. Your vote: ${call}.`;
  if (!shown || !votes) return `${yours} The share is shown once enough readers have voted.`;
  let share = Math.round((100 * ships) / votes);
  if (ships > 0 && ships < votes) share = Math.min(Math.max(share, 1), 99);
  return `${yours} Now ${share} % ship, ${ships} of ${votes} ${votes === 1 ? "reader" : "readers"}.`;
}

function submitPlainly(form, call) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "call";
  field.value = call;
  form.append(field);
  HTMLFormElement.prototype.submit.call(form);
  // Browsers may show this very page again when the reader goes back to it.
  field.remove();
}
