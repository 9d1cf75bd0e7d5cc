"use strict";
// Charts are extras: the results also stand in the tables. Nothing here touches the network.
(async () => {
  const text = (id) => document.getElementById(id).textContent;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PRINT_WIDTH = { wide: 690, half: 338, third: 338 };

  const inflate = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  // A number tells its definition when pointed at: the one that the head of its column carries.
  const explain = (event) => {
    const cell = event.target.closest && event.target.closest("td");
    if (!cell || cell.title) return;
    const head = cell.closest("table").querySelector(`thead tr:last-child th:nth-child(${cell.cellIndex + 1})`);
    if (head && head.title) cell.title = head.title;
  };
  document.addEventListener("mouseover", explain);

  if (typeof DecompressionStream === "undefined") return;
  const library = document.createElement("script");
  library.textContent = await inflate(text("echarts"));
  document.head.append(library);
  if (typeof echarts === "undefined") return;

  const options = JSON.parse(text("options"));
  const themes = JSON.parse(text("themes"));
  const font = getComputedStyle(document.body).fontFamily;
  for (const theme of Object.values(themes)) theme.textStyle.fontFamily = font;
  document.documentElement.classList.add("live");

  // A legend key hides and shows its series; it stays hidden when the charts are drawn anew.
  const hidden = (figure) => [...figure.querySelectorAll('.legend [aria-pressed="false"]')].map((key) => key.value);
  document.addEventListener("click", (event) => {
    const key = event.target.closest(".legend button");
    if (!key) return;
    const shown = key.getAttribute("aria-pressed") === "true";
    key.setAttribute("aria-pressed", String(!shown));
    const chart = echarts.getInstanceByDom(key.closest("figure").querySelector(".chart"));
    chart.dispatchAction({ type: shown ? "legendUnSelect" : "legendSelect", name: key.value });
  });

  let charts = [];
  const draw = (theme, printing) => {
    charts.forEach((chart) => chart.dispose());
    charts = [...document.querySelectorAll(".chart")].map((box) => {
      const width = printing ? PRINT_WIDTH[box.parentElement.dataset.width] : undefined;
      const chart = echarts.init(box, theme, { renderer: "svg", width });
      chart.setOption(options[box.id]);
      for (const name of hidden(box.parentElement)) chart.dispatchAction({ type: "legendUnSelect", name });
      return chart;
    });
  };
  const onScreen = () => draw(dark.matches ? themes.dark : themes.light, false);
  onScreen();
  dark.addEventListener("change", onScreen);
  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  addEventListener("beforeprint", () => draw(themes.light, true));
  addEventListener("afterprint", onScreen);
})();
