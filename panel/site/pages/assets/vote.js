// A vote without leaving the page. Where anything goes wrong, the form is sent as it would have been without this.
"use strict";

for (const form of document.querySelectorAll("form.ballot")) {
  form.addEventListener("submit", (event) => {
    const call = event.submitter?.value;
    if (call !== "ship" && call !== "skip") return;
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
        delete form.dataset.busy;
      })
      .catch(() => submitPlainly(form, call));
  });
}

async function send(form, call) {
  const options = { credentials: "include", cache: "no-store", headers: { Accept: "application/json" } };
  const { csrf } = await read(await fetch(`${form.action}/session`, options));
  const body = new URLSearchParams({ tool: form.elements.tool.value, call, csrf });
  return read(await fetch(form.action, { ...options, method: "POST", body }));
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
}
