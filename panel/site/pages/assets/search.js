// Search as one types, in an index that is fetched once from this site. Without it the page is a list of links.
"use strict";

const MOST_TOOLS = 100;
const MOST_COMPARISONS = 20;

const form = document.getElementById("finder");
const field = document.getElementById("q");
const count = document.getElementById("count");
const found = document.getElementById("found");
const results = document.getElementById("results");
const all = document.getElementById("all");

const SPELT = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i" };

function fold(text) {
  const plain = String(text).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[ßæœøłđðþı]/g, (letter) => SPELT[letter]);
}

function words(text) {
  return fold(text).split(/[\s,;]+/).filter(Boolean);
}

function isHere(path) {
  return typeof path === "string" && path.startsWith("/") && !path.startsWith("//") && !path.includes("\\");
}

let index = null;
let loading = null;

function load() {
  loading ??= fetch(form.dataset.index, { credentials: "omit" })
    .then((response) => {
      if (!response.ok) throw new Error(`the index was answered with ${response.status}`);
      return response.json();
    })
    .then((data) => {
      index = {
        tools: data.tools.filter((tool) => isHere(tool.path)).map((tool) => ({
          ...tool,
          folded: fold(tool.name),
          text: fold([tool.name, tool.maker, tool.category, tool.tagline].join(" ")),
        })),
        comparisons: data.comparisons.filter((one) => isHere(one.path)).map((one) => ({ ...one, text: fold(one.title) })),
      };
    });
  return loading;
}

// The lower, the nearer: the name begins with it, words of the name do, the name holds it, it is somewhere.
function rank(tool, asked, wanted) {
  if (tool.folded.startsWith(asked)) return 0;
  const own = words(tool.folded);
  if (wanted.every((word) => own.some((one) => one.startsWith(word)))) return 1;
  if (wanted.every((word) => tool.folded.includes(word))) return 2;
  return wanted.some((word) => tool.folded.includes(word)) ? 3 : 4;
}

function look(text) {
  const wanted = words(text);
  const asked = wanted.join(" ");
  const holds = (one) => wanted.every((word) => one.text.includes(word));
  const ranked = index.tools.filter(holds).map((tool) => ({ tool, rank: rank(tool, asked, wanted) }));
  ranked.sort((one, other) => one.rank - other.rank);
  return { tools: ranked.map((one) => one.tool), comparisons: index.comparisons.filter(holds) };
}

function element(name, className, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}

function entry(path, name) {
  const link = element("a", "", element("bdi", "", name));
  link.href = path;
  return element("h3", "entry", link);
}

function toolItem(tool) {
  const share = tool.voted ? `Panel ${tool.ship_pct} % ship, ${tool.ships} of ${tool.voted}` : "Panel: no verdict";
  const place = element("p", "meta", element("bdi", "", tool.category), " · ", element("bdi", "", tool.maker));
  const who = element("div", "who", entry(tool.path, tool.name), element("p", "said", element("bdi", "", tool.tagline)), place);
  return element("li", "", who, element("p", "share", share));
}

function comparisonItem(one) {
  return element("li", "", element("div", "who", entry(one.path, one.title), element("p", "meta", "Comparison")));
}

function say(tools, comparisons, text) {
  const number = (count, one, many) => `${count} ${count === 1 ? one : many}`;
  if (!tools && !comparisons) return `Nothing matches “${text}”. Try fewer or shorter words.`;
  const cut = tools > MOST_TOOLS ? `; the first ${MOST_TOOLS} are listed` : "";
  return `${number(tools, "tool", "tools")} and ${number(comparisons, "comparison", "comparisons")}${cut}.`;
}

function show() {
  const text = field.value.trim();
  const address = new URL(location.href);
  if (text) address.searchParams.set("q", text);
  else address.searchParams.delete("q");
  if (address.href !== location.href) history.replaceState(null, "", address);
  const asking = Boolean(words(text).length);
  found.hidden = !asking;
  all.hidden = asking;
  if (!asking) {
    count.textContent = "";
    results.replaceChildren();
    return;
  }
  const { tools, comparisons } = look(text);
  results.replaceChildren(
    ...tools.slice(0, MOST_TOOLS).map(toolItem),
    ...comparisons.slice(0, MOST_COMPARISONS).map(comparisonItem),
  );
  count.textContent = say(tools.length, comparisons.length, text);
}

function refresh() {
  if (index) return show();
  if (!field.value.trim()) return undefined;
  return load().then(show, () => {
    loading = null;
    count.textContent = "The search’s index could not be loaded. Everything is listed below.";
  });
}

// Arrow keys go through the results, Escape goes back to the field.
function move(event) {
  const links = [...results.querySelectorAll("a")];
  if (!links.length || found.hidden) return;
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown") (links[at + 1] ?? links[at]).focus();
  else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? field).focus();
  else if (event.key === "Escape" && at >= 0) field.focus();
  else return;
  event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
field.addEventListener("input", refresh);
field.addEventListener("focus", () => load().catch(() => (loading = null)), { once: true });
form.addEventListener("keydown", move);
results.addEventListener("keydown", move);

field.value = new URLSearchParams(location.search).get("q") ?? "";
refresh();
