// The page 计算器. Runs once; chart.js and form.js stand before it. `server`, `trigger`, `props`, `watch` come from gr.HTML.
const pageOf = element.querySelector(".calc-page");
const main = element.querySelector(".calc-main");
const dialog = element.querySelector(".calc-clause");
const filter = element.querySelector("[data-filter]");
const MOST = 13_500_000; // characters: somewhat above what the server takes, so that its own line is the one shown
const typed = new Map(); // what stands in a form is kept while another calculator is open
let ticket = 0;

const ask = (service, sent) => forms.ask(service, sent, pageOf.dataset.broken);

// ---- which calculator ------------------------------------------------------------------------------------------------
function wanted() {
  const asked = new URLSearchParams(location.search);
  const name = asked.get("name") || decodeURIComponent(location.hash.slice(1));
  asked.delete("name");
  return { name, inputs: Object.fromEntries(asked) };
}

async function open(name, inputs = {}) {
  element.querySelectorAll("[data-name]").forEach((link) => {
    if (link.dataset.name === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  delete main.dataset.computed;
  main.classList.remove("stale");
  if (!name) {
    pageOf.classList.remove("chosen");
    main.replaceChildren();
    return;
  }
  const answer = await ask("opened", { name });
  if (wanted().name !== name) return;
  pageOf.classList.add("chosen");
  element.querySelector("[data-name][aria-current]")?.scrollIntoView({ block: "nearest" });
  if (!answer.html) {
    main.textContent = answer.fault;
    return;
  }
  main.innerHTML = answer.html;
  load(inputs, typed.get(name));
  element.closest(".page").scrollTo({ top: 0 });
}

// Gradio sets the base address of the document, so an address is written out.
function address(query = "") {
  return query ? `${location.pathname}?${query}` : location.pathname;
}

function go(name) {
  if (form()) typed.set(form().dataset.tool, forms.values(form()));
  history.pushState({}, "", address(name && new URLSearchParams({ name })));
  return open(name);
}

function form() {
  return main.querySelector(".calc-form:not([data-table])");
}

// ---- filling in ------------------------------------------------------------------------------------------------------
function clear() {
  form().querySelectorAll("input, select, textarea").forEach((entry) => {
    entry.value = "";
    forms.say(forms.fieldOf(entry), {});
  });
  forms.fail(form(), "");
  form().querySelector(".calc-busy").textContent = "";
  delete main.dataset.computed;
  main.classList.remove("stale");
  main.querySelectorAll("[data-result], [data-below]").forEach((part) => part.replaceChildren());
}

function load(inputs, before = {}) {
  const named = Object.entries({ ...before, ...inputs }).filter(([name]) => form().elements[name]);
  named.forEach(([name, text]) => {
    const entry = form().elements[name];
    entry.value = text;
    forms.unfold(forms.fieldOf(entry));
    forms.check(entry);
  });
  if (named.length) forms.compute(form());
}

async function sentence(asking) {
  const line = asking.querySelector(".calc-said");
  const { inputs, fault } = await ask("sentence", { tool: form().dataset.tool, text: asking.querySelector("input").value });
  line.textContent = fault ?? "";
  line.parentElement.classList.toggle("wrong", Boolean(fault));
  if (!inputs) return;
  clear();
  load(inputs);
}

element.addEventListener("nearzero:computed", ({ detail }) => {
  main.querySelector("[data-below]").innerHTML = detail.answer.below;
  const query = new URLSearchParams({ name: detail.tool, ...detail.inputs });
  history.replaceState({}, "", address(query));
  if (!detail.quietly) main.querySelector(".calc-result").scrollIntoView({ block: "nearest" });
});

// ---- files -----------------------------------------------------------------------------------------------------------
function save({ name, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const held = URL.createObjectURL(new Blob([bytes]));
  const link = Object.assign(document.createElement("a"), { href: held, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(held), 10_000);
}

async function download(button, service, sent) {
  const line = button.parentElement.querySelector(".calc-saved");
  const { file, fault } = await ask(service, { tool: form().dataset.tool, ...sent });
  if (file) save(file);
  if (line) line.textContent = fault ?? "";
  else if (fault) forms.fail(main.querySelector("[data-table]"), fault);
}

function bytes(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}

// ---- a table of many institutions ------------------------------------------------------------------------------------
function working(table, busy) {
  table.querySelector("[data-stop]").hidden = !busy;
  table.querySelector(".calc-compute").disabled = busy;
}

async function send(table) {
  const [file] = table.querySelector("[data-file]").files;
  forms.fail(table, file ? "" : table.querySelector("label").textContent);
  if (!file) return table.querySelector("[data-file]").focus();
  main.querySelector(".calc-table-result").replaceChildren();
  working(table, true);
  ticket += 1;
  const data = (await bytes(file)).slice(0, MOST);
  trigger("table", { ticket, tool: table.dataset.tool, name: file.name, data, inputs: forms.values(table) });
}

function show() {
  const told = props.value;
  const table = main.querySelector("[data-table]");
  if (!told || !table || (told.ticket !== "" && told.ticket !== String(ticket))) return;
  if (told.file) return save(told.file);
  if (told.fault) main.querySelector(".calc-table-result").replaceChildren();
  forms.fail(table, told.fault ?? "");
  if (told.fault || told.done) working(table, false);
  if (!told.html) return;
  const result = main.querySelector(".calc-table-result");
  result.innerHTML = told.html;
  table.querySelector(".calc-busy").textContent = told.done ? result.querySelector("h2").textContent : "";
  result.querySelectorAll(".chart[data-figure]").forEach(draw);
}

// ---- what is clicked -------------------------------------------------------------------------------------------------
async function read(key) {
  const { html } = await ask("clause", { key });
  if (!html) return;
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTo({ top: 0 });
  dialog.querySelector("h2").focus({ preventScroll: true });
}

const acts = {
  name: (link) => go(link.dataset.name),
  back: () => go(""),
  example: (button) => (clear(), load(JSON.parse(button.dataset.example))),
  reset: clear,
  open: (button) => read(button.dataset.open),
  close: () => dialog.close(),
  write: (button) => download(button, "written", { kind: button.dataset.write, inputs: JSON.parse(main.dataset.computed) }),
  blank: (button) => download(button, "blank_table", {}),
  rows: (button) => ((ticket += 1), trigger("table_rows", { ticket, kind: button.dataset.rows })),
  stop: (button) => {
    ticket += 1;
    working(button.form, false);
    main.querySelector(".calc-table-result").replaceChildren();
    trigger("stop_table", {});
  },
};

element.addEventListener("click", (event) => {
  if (event.target === dialog) return dialog.close();
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const [name, act] of Object.entries(acts)) {
    const button = event.target.closest(`[data-${name}]`);
    if (!button || !["A", "BUTTON"].includes(button.tagName)) continue;
    event.preventDefault();
    return act(button);
  }
});

element.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sentence]")) sentence(event.target);
  else if (event.target.matches("[data-table]")) send(event.target);
  event.preventDefault();
});

element.addEventListener("change", (event) => {
  if (!event.target.matches("[data-file]")) return;
  const line = event.target.nextElementSibling;
  line.textContent = event.target.files[0]?.name ?? line.dataset.empty;
});

filter.addEventListener("input", () => {
  const words = filter.value.trim().toLowerCase().split(/\s+/);
  element.querySelectorAll(".calc-scene").forEach((scene) => {
    scene.querySelectorAll("li").forEach((item) => (item.hidden = !words.every((word) => item.dataset.words.toLowerCase().includes(word))));
    scene.hidden = !scene.querySelector("li:not([hidden])");
  });
  element.querySelector(".calc-none").hidden = Boolean(element.querySelector(".calc-scene:not([hidden])"));
});

window.addEventListener("popstate", () => {
  const { name, inputs } = wanted();
  open(name, inputs);
});

element.querySelectorAll("[data-name]").forEach((link) => (link.href = address(new URLSearchParams(link.dataset))));
watch("value", show);
const first = wanted();
if (first.name) open(first.name, first.inputs);
