// The forms of calculators in this component: checked while they are typed in, computed, and recomputed in place when a
// field changes. Joined after chart.js and in front of the component's own script; see assistant/web/form.py.
const forms = (() => {
  const waiting = new WeakMap();
  const asked = new WeakMap();
  const PAUSE = 350;

  function values(form) {
    return Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));
  }

  function fieldOf(entry) {
    return entry.closest(".calc-field");
  }

  function say(field, { shown = "", notes = "", fault = "" }) {
    const line = field.querySelector(".calc-said");
    const entry = field.querySelector("input, select, textarea");
    line.textContent = fault || (shown && `= ${shown}${notes ? `（${notes}）` : ""}`);
    field.classList.toggle("wrong", Boolean(fault));
    if (fault) entry.setAttribute("aria-invalid", "true");
    else entry.removeAttribute("aria-invalid");
  }

  // What a service answers; a fault of the server (whether the client rejects it or gives nothing) is the given line.
  async function ask(service, sent, broken) {
    return (await server[service](sent).catch(() => null)) ?? { fault: broken };
  }

  // Of several answers on their way only the one to the latest text is shown.
  async function check(entry) {
    const field = fieldOf(entry);
    const form = entry.form;
    const text = entry.value;
    asked.set(entry, text);
    if (!text.trim() || entry.tagName === "SELECT") return say(field, {});
    const read = await ask("understood", { tool: form.dataset.tool, field: entry.name, text }, "");
    if (asked.get(entry) === text) say(field, read);
  }

  function unfold(field) {
    const folded = field.closest("details");
    if (folded) folded.open = true;
  }

  function fail(form, line) {
    const notice = form.querySelector(".calc-fault");
    notice.textContent = line;
    notice.hidden = !line;
  }

  function mark(form, { fault = "", faults = {}, field = "" }) {
    const named = Object.entries(faults).map(([name, line]) => [form.querySelector(`[data-field="${name}"]`), line]);
    named.forEach(([held, line]) => (say(held, { fault: line }), unfold(held)));
    const missing = field ? form.querySelector(`[data-field="${field}"]`) : null;
    if (missing) unfold(missing);
    fail(form, named.length ? "" : fault);
    return named.length ? named[0][0] : missing;
  }

  async function compute(form, quietly = false) {
    const calculator = form.closest("[data-calculator]");
    const tool = form.dataset.tool;
    const inputs = values(form);
    const sent = JSON.stringify(inputs);
    const busy = form.querySelector(".calc-busy");
    asked.set(form, sent);
    busy.textContent = "…";
    form.setAttribute("aria-busy", "true");
    const answer = await ask("recomputed", { tool, inputs }, form.dataset.broken);
    if (asked.get(form) !== sent || !form.isConnected) return;
    busy.textContent = "";
    form.removeAttribute("aria-busy");
    if (!answer.html) {
      const first = mark(form, answer);
      if (!quietly) first?.querySelector("input, select, textarea").focus();
      calculator.classList.add("stale");
      return;
    }
    fail(form, "");
    calculator.classList.remove("stale");
    const result = calculator.querySelector("[data-result]");
    result.innerHTML = answer.html;
    result.querySelectorAll(".chart[data-figure]").forEach(draw);
    busy.textContent = result.querySelector(".total").innerText;
    calculator.dataset.computed = sent;
    form.dispatchEvent(new CustomEvent("nearzero:computed", { bubbles: true, detail: { tool, inputs, answer, quietly } }));
  }

  element.addEventListener("input", (event) => {
    const entry = event.target;
    if (!entry.form?.matches(".calc-form") || !fieldOf(entry)) return;
    clearTimeout(waiting.get(entry));
    waiting.set(entry, setTimeout(() => check(entry), PAUSE));
  });

  element.addEventListener("change", (event) => {
    const { form } = event.target;
    if (!form?.matches(".calc-form") || !fieldOf(event.target)) return;
    clearTimeout(waiting.get(event.target));
    check(event.target);
    if (form.matches("[data-table]")) return;
    const { computed } = form.closest("[data-calculator]").dataset;
    if (computed !== undefined && computed !== JSON.stringify(values(form))) compute(form, true);
  });

  element.addEventListener("submit", (event) => {
    if (!event.target.matches(".calc-form:not([data-table])")) return;
    event.preventDefault();
    compute(event.target);
  });

  return { ask, values, fieldOf, say, check, unfold, fail, compute };
})();
