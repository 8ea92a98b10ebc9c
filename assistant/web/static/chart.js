// Charts of calculations, for every component that shows one: joined in front of its own script. `draw(chart)` draws the
// element with data-figure; light and dark are followed.
const draw = (() => {
  let plotly = null;

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

  document.addEventListener("nearzero:scheme", () => element.querySelectorAll(".chart[data-figure]").forEach(draw));
  return draw;
})();
