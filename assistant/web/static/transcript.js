// Runs once when the transcript is on the page. `element`, `props`, `trigger` and `watch` come from gr.HTML.
// The server sends one turn at a time, {conversation, turn, html}; an update carries its whole turn, so that two that
// arrive together lose nothing. 200 turns cost no more to extend than two.
const log = element.querySelector(".turns");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let conversation = null;
let plotly = null;

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

// Plotly is 4.7 MB, so it is fetched (from this server) with the first chart and not before.
function load() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = props.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return plotly;
}

function colours(chart) {
  const style = getComputedStyle(chart);
  const pick = (name) => style.getPropertyValue(name).trim();
  return { ink: pick("--nz-ink-soft"), line: pick("--nz-line"), bar: pick("--nz-bar"), font: style.fontFamily };
}

async function draw(chart) {
  const figure = JSON.parse(chart.dataset.figure);
  chart.style.minHeight = `${figure.layout.height}px`;
  const { ink, line, bar, font } = colours(chart);
  figure.data[0].marker = { color: bar };
  Object.assign(figure.layout, {
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: font, color: ink, size: 13 },
  });
  Object.assign(figure.layout.xaxis, { gridcolor: line, zerolinecolor: line });
  const Plotly = await load();
  if (chart.isConnected) await Plotly.react(chart, figure.data, figure.layout, { displayModeBar: false, responsive: true });
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

document.addEventListener("nearzero:scheme", () => element.querySelectorAll(".chart[data-figure]").forEach(draw));
watch("value", show);
show();
