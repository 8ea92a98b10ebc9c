// Runs once when the transcript is on the page. `element`, `props`, `trigger` and `watch` come from gr.HTML.
// The server sends one turn at a time, {conversation, turn, html}; an update carries its whole turn, so that two that
// arrive together lose nothing. 200 turns cost no more to extend than two.
const log = element.querySelector(".turns");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let conversation = null;

function show() {
  const update = props.value;
  if (!update) return;
  if (update.conversation !== conversation) {
    log.replaceChildren();
    conversation = update.conversation;
  }
  if (!update.turn) {
    element.scrollTo({ top: 0 });
    return;
  }
  let turn = log.querySelector(`[data-turn="${Number(update.turn)}"]`);
  if (!turn) {
    turn = document.createElement("article");
    turn.className = "turn";
    turn.dataset.turn = update.turn;
    log.append(turn);
  }
  turn.innerHTML = update.html;
  turn.querySelectorAll(".chart[data-figure]").forEach(draw);
  turn.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open], [data-ask]");
  if (!button) return;
  if (button.dataset.ask) {
    trigger("pick_question", { question: button.dataset.ask });
  } else {
    window.nearzero.opener = button;
    trigger("open_clause", { key: button.dataset.open });
  }
});

watch("value", show);
show();
