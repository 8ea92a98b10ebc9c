// Documents and clauses open in place; the address follows, so that a reload and a shared link open the same.
const page = element.closest(".library");

function opened(parts) {
  trigger("open_tab", {});
  trigger("open_document", { document: parts.document || "", clause: parts.clause || "" });
}

function asked() {
  const query = new URLSearchParams(location.search);
  return { document: query.get("document"), clause: query.get("clause") };
}

function show(parts) {
  if (parts.document || parts.clause) opened(parts);
  else trigger("close_document", {});
}

page.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-document], a[data-clause], a[data-back]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  show(asked());
});

window.addEventListener("popstate", () => show(asked()));

// What was opened is brought into view and read out: the clause, or the title of the document.
new MutationObserver((changes) => {
  if (!changes.some((change) => [...change.addedNodes].some((node) => node.nodeType === 1))) return;
  const shown = page.querySelector(".library-document");
  if (!shown || shown.dataset.seen) return;
  shown.dataset.seen = "1";
  const current = shown.querySelector(".library-tree [aria-current]");
  const tree = shown.querySelector(".library-tree");
  if (current && tree) tree.scrollTop = current.offsetTop - tree.offsetTop - tree.clientHeight / 3;
  const heading = shown.querySelector(".library-card h3") || shown.querySelector("h2");
  heading.focus({ preventScroll: true });
  const narrow = matchMedia("(max-width: 900px)").matches && shown.querySelector(".library-card");
  (narrow ? shown.querySelector(".library-card") : shown).scrollIntoView({ block: "start" });
}).observe(page, { childList: true, subtree: true });

trigger("begin", {});
if (asked().document || asked().clause) opened(asked());
