// Choosing the verdicts that are shown: a button for each, pressed or not.
function apply() {
  const outcome = element.querySelector(".review-outcome");
  if (!outcome) return;
  const chosen = new Set(
    [...outcome.querySelectorAll("[data-filter][aria-pressed='true']")].map((button) => button.dataset.filter),
  );
  let shown = 0;
  outcome.querySelectorAll("tr[data-verdict]").forEach((row) => {
    row.hidden = !chosen.has(row.dataset.verdict);
    if (!row.hidden) shown += 1;
  });
  outcome.querySelectorAll(".review-group:has(tr[data-verdict])").forEach((group) => {
    group.hidden = !group.querySelector("tr[data-verdict]:not([hidden])");
  });
  const none = outcome.querySelector(".review-none");
  if (none) none.hidden = shown > 0;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filter]");
  if (!button) return;
  button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
  apply();
});

watch("value", apply);
