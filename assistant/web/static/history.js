// Runs once when the list of conversations is on the page. On a narrow screen it is a drawer.
const root = document.documentElement;
let opener = null;

function drawer(open) {
  root.classList.toggle("history-open", open);
  document.querySelectorAll("[data-drawer]").forEach((button) => button.setAttribute("aria-expanded", String(open)));
  if (open) element.querySelector("[data-close]").focus();
  else opener?.focus();
  if (!open) opener = null;
}

function answered(dialog, then) {
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && then(), { once: true });
}

element.addEventListener("click", (event) => {
  const target = event.target.closest("button, a");
  if (!target || !element.contains(target)) return;
  const { conversation, rename, remove, title } = target.dataset;
  if (conversation !== undefined) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    drawer(false);
    trigger("open_conversation", { name: conversation });
  } else if (rename !== undefined) {
    const titled = element.querySelector("dialog.ask-title");
    const field = titled.querySelector("input");
    field.value = title;
    answered(titled, () => trigger("rename_conversation", { name: rename, title: field.value }));
    field.select();
  } else if (remove !== undefined) {
    const removing = element.querySelector("dialog.ask-remove");
    removing.querySelector(".named").textContent = title;
    answered(removing, () => trigger("remove_conversation", { name: remove }));
  } else if ("begin" in target.dataset) {
    drawer(false);
    trigger("begin", {});
  } else if ("close" in target.dataset) drawer(false);
  if (target.closest(".sheet")) target.closest("details").open = false;
});

document.addEventListener("click", (event) => {
  element.querySelectorAll("details.menu[open]").forEach((menu) => !menu.contains(event.target) && (menu.open = false));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = element.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (root.classList.contains("history-open")) drawer(false);
});

document.addEventListener("nearzero:drawer", (event) => {
  opener = event.detail;
  drawer(!root.classList.contains("history-open"));
});

// A conversation named in the address brings the list with it.
if (!new URLSearchParams(location.search).get("c")) trigger("load_list", {});
