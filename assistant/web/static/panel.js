// Runs once when the clause panel is on the page. On a phone the panel lies over the chat until it is closed.
const page = document.documentElement;

function close() {
  page.classList.remove("clause-open");
  mark(null);
  window.nearzero.opener?.focus();
}

function mark(key) {
  document.querySelectorAll("#transcript [data-open]").forEach((button) => {
    const open = button.dataset.open === key;
    button.classList.toggle("open", open);
    if (open) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  });
}

watch("value", () => {
  const clause = element.querySelector(".clause");
  if (!clause || clause.dataset.clause === undefined) {
    close();
    return;
  }
  page.classList.add("clause-open");
  mark(clause.dataset.clause);
  const panel = element.closest("#clause-panel");
  panel.scrollTo({ top: 0 });
  clause.querySelector("h2").focus({ preventScroll: true });
  // The cited words are brought into sight where a long clause hides them.
  const cited = clause.querySelector("mark");
  if (cited && cited.getBoundingClientRect().bottom > panel.getBoundingClientRect().bottom) cited.scrollIntoView({ block: "center" });
});

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open], [data-close]");
  if (!button) return;
  if (button.dataset.open) trigger("open_clause", { key: button.dataset.open, words: "" });
  else trigger("close_clause", {});
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && page.classList.contains("clause-open")) trigger("close_clause", {});
});
