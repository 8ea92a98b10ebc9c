// The page 学习. Runs once; the server sends a whole view, which names its own address in data-view.
let sent = null;

// Gradio sets the base address of the document, so an address is written out.
function address(view) {
  return `${location.pathname}${location.search}#${encodeURI(view)}`;
}

function act(what, { value = "", item = "", count = "", view = "" } = {}) {
  sent = document.activeElement?.id;
  trigger("act", { do: what, value, item, count, view: view || element.querySelector("[data-view]")?.dataset.view || "overview" });
}

// A clause that is open belongs to what was looked at before.
function leave() {
  if (!document.querySelector("#study .clause[data-clause]")) return;
  window.nearzero.opener = null;
  trigger("close_clause", {});
}

function look(view) {
  leave();
  act("look", { value: view });
}

function wanted() {
  return decodeURIComponent(location.hash.slice(1)) || "overview";
}

function show() {
  const view = element.querySelector("[data-view]")?.dataset.view;
  if (view === undefined) return;
  const moved = view !== wanted();
  if (moved) history.pushState({}, "", address(view));
  element.querySelectorAll("a[data-look]").forEach((link) => (link.href = address(link.dataset.look)));
  const focus = element.querySelector("[data-focus]") ?? (sent && document.getElementById(sent)) ?? (moved && element.querySelector("h2"));
  if (moved || element.querySelector("[data-question] [data-focus], [data-card]")) element.closest(".page").scrollTo({ top: 0 });
  if (!focus) return;
  focus.focus({ preventScroll: !focus.matches("[data-focus]") });
  if (focus.matches("input[type=search]")) focus.setSelectionRange(focus.value.length, focus.value.length);
}

const acts = {
  look: (it) => look(it.dataset.look),
  start: (it) => (leave(), act("start", { ...it.dataset, view: it.dataset.start })),
  answer: (it) => act("answer", { value: it.dataset.answer }),
  forward: () => (leave(), act("forward")),
  rate: (it) => (leave(), act("rate", { value: it.dataset.rate })),
  reset: () => act("reset"),
  open: (it) => {
    window.nearzero.opener = it;
    trigger("open_clause", { key: it.dataset.open });
  },
  flip: (it) => {
    const back = element.querySelector("#learn-back");
    back.hidden = false;
    it.setAttribute("aria-expanded", "true");
    it.hidden = true;
    back.querySelector(".learn-rating.good").focus({ preventScroll: true });
  },
};

element.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const [name, run] of Object.entries(acts)) {
    const it = event.target.closest(`[data-${name}]`);
    if (!it || !["A", "BUTTON"].includes(it.tagName)) continue;
    event.preventDefault();
    return run(it);
  }
});

element.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick]")) act("tick", { item: event.target.dataset.tick, value: String(event.target.checked) });
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.matches("[data-search]")) look(`terms/${form.querySelector("input").value.trim()}`);
  else if (form.matches("[data-fill]")) act("answer", { value: form.querySelector("input").value });
  else if (form.matches("[data-begin]")) {
    const given = new FormData(form);
    act("start", { value: given.getAll("scene").join("、"), count: given.get("count"), view: form.dataset.begin });
  }
});

window.addEventListener("popstate", () => look(wanted()));
watch("value", show);
look(wanted());
