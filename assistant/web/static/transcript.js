// Runs once when the transcript is on the page. `element`, `props`, `trigger`, `watch` and `server` come from gr.HTML.
// An update carries whole turns, {conversation, turns: [{turn, after, html}], last, name, …}, so that two that arrive
// together lose nothing. 200 turns cost no more to extend than two: only the turns of an update are touched.
const log = element.querySelector(".turns");
const scroller = element.closest("#transcript");
const root = document.documentElement;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const status = element.querySelector(".said");
const part = (name) => element.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
// A chart is drawn when it is about to be seen, so that a long conversation does not wait for all of them.
const coming = new IntersectionObserver(
  (entries) =>
    entries.forEach(({ isIntersecting, target }) => {
      if (!isIntersecting) return;
      coming.unobserve(target);
      draw(target);
    }),
  { root: scroller, rootMargin: "400px" },
);
let conversation = null;
let silence = null;

function say(line) {
  clearTimeout(silence);
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = line));
  silence = setTimeout(() => (status.textContent = ""), 6000);
}

function address(name) {
  const url = new URL(location.href);
  if ((url.searchParams.get("c") ?? "") === name) return;
  if (name) url.searchParams.set("c", name);
  else url.searchParams.delete("c");
  history.pushState(null, "", url);
}

function place({ turn: number, after, html }, first) {
  let turn = log.querySelector(`[data-turn="${Number(number)}"]`);
  if (!turn) {
    turn = document.createElement("article");
    turn.className = "turn";
    turn.dataset.turn = number;
    if (first) log.insertBefore(turn, first);
    else log.append(turn);
  }
  turn.dataset.after = after;
  turn.innerHTML = html;
  turn.querySelectorAll(".chart[data-figure]").forEach((chart) => {
    chart.style.minHeight = `${JSON.parse(chart.dataset.figure).layout.height}px`;
    coming.observe(chart);
  });
  return turn;
}

function show() {
  const update = props.value;
  if (!update) return;
  if (update.line) say(update.line);
  if (!update.conversation) return;
  if (update.conversation !== conversation) {
    if (update.earlier) return;
    log.replaceChildren();
    conversation = update.conversation;
  }
  if (update.name !== undefined) address(update.name);
  if (update.earlier) {
    const first = log.firstElementChild;
    const before = first?.getBoundingClientRect().top ?? 0;
    update.turns.forEach((turn) => place(turn, first));
    if (first) scroller.scrollTop += first.getBoundingClientRect().top - before;
  } else {
    log.querySelectorAll(".turn").forEach((turn) => Number(turn.dataset.turn) > update.last && turn.remove());
    const turns = update.turns.map((turn) => place(turn));
    const last = turns.at(-1);
    // A turn is brought to its beginning once, when it is new; while it grows, the reader stays where he reads.
    if (!last) scroller.scrollTo({ top: 0 });
    else if (update.end) last.scrollIntoView({ block: "start" });
    else if (!last.dataset.seen) last.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    if (last) last.dataset.seen = "yes";
  }
  const oldest = log.firstElementChild;
  element.querySelector(".earlier").hidden = !oldest || Number(oldest.dataset.after) === 0;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard to write to; the old way still works.
    const held = Object.assign(document.createElement("textarea"), { value: text });
    held.style.position = "fixed";
    document.body.append(held);
    held.select();
    const done = document.execCommand("copy");
    held.remove();
    return done;
  }
}

function asked(turn) {
  return turn.querySelector(".as-typed").textContent;
}

function again(turn, question) {
  trigger("ask_again", { question, turn: turn.dataset.turn, after: turn.dataset.after });
}

function edit(turn) {
  if (turn.querySelector("form.edit")) return;
  const form = part("edit");
  const entry = form.querySelector("textarea");
  entry.value = asked(turn);
  turn.querySelector(".asked").hidden = true;
  turn.prepend(form);
  entry.focus();
}

function leave(form) {
  const turn = form.closest(".turn");
  const [name, shown] = form.matches(".edit") ? ["[data-edit]", ".asked"] : ['[data-useful="no"]', null];
  if (shown) turn.querySelector(shown).hidden = false;
  form.remove();
  const opener = turn.querySelector(name);
  opener.removeAttribute("aria-expanded");
  opener.focus();
}

function rate(turn, useful, reasons = [], words = "") {
  turn.querySelectorAll("[data-useful]").forEach((button) => {
    button.setAttribute("aria-pressed", String((button.dataset.useful === "yes") === useful));
  });
  trigger("rate", { after: turn.dataset.after, useful, reasons, words });
}

function judge(turn, button) {
  const open = turn.querySelector("form.feedback");
  if (button.dataset.useful === "yes") {
    open?.remove();
    return rate(turn, true);
  }
  if (open) return leave(open);
  const form = part("feedback");
  button.setAttribute("aria-expanded", "true");
  button.closest(".tools").after(form);
  form.querySelector("input").focus();
}

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  const turn = button?.closest(".turn");
  if (!button || !element.contains(button)) return;
  const { ask, open, copy: copied, useful, words } = button.dataset;
  if (ask) trigger("pick_question", { question: ask });
  else if (open) {
    window.nearzero.opener = button;
    trigger("open_clause", { key: open, words: words ?? "" });
  } else if (copied) say((await copy(copied)) ? props.copied : props.uncopied);
  else if (useful) judge(turn, button);
  else if ("edit" in button.dataset) edit(turn);
  else if ("again" in button.dataset) again(turn, asked(turn));
  else if ("cancel" in button.dataset) leave(button.form);
  else if ("begin" in button.dataset) trigger("begin", {});
  else if ("earlier" in button.dataset) trigger("show_earlier", { before: log.firstElementChild.dataset.turn });
  else if ("drawer" in button.dataset) document.dispatchEvent(new CustomEvent("nearzero:drawer", { detail: button }));
});

element.addEventListener("submit", (event) => {
  const form = event.target;
  const turn = form.closest(".turn");
  if (form.matches("form.edit")) {
    event.preventDefault();
    const question = form.querySelector("textarea").value.trim();
    if (question) again(turn, question);
  } else if (form.matches("form.feedback")) {
    event.preventDefault();
    const sent = new FormData(form);
    rate(turn, false, sent.getAll("reason"), sent.get("words"));
    leave(form);
  }
});

element.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.edit, form.feedback");
  if (form && event.key === "Escape") {
    event.stopPropagation();
    leave(form);
  } else if (form?.matches(".edit") && event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("textarea")) {
    event.preventDefault();
    form.requestSubmit();
  }
});

function restore() {
  const name = new URLSearchParams(location.search).get("c");
  if (name) trigger("open_conversation", { name });
  else if (conversation !== null) trigger("begin", {});
}

window.addEventListener("popstate", restore);
watch("value", show);
show();
restore();
