/* Draws the pictures of a page: each figure holds its specification, and leads to the claims that it shows. */
"use strict";

(() => {
  const MOST = 640, LEAST = 180, LABELS = 120, SMALL = 500, SMALL_LABELS = 150;

  /* Vega-Lite stretches no view that stands above another: each gets the width that there is. */
  const fitted = (view, width) => {
    const views = view.vconcat || (view.spec ? [view.spec] : []);
    views.forEach((each) => fitted(each, width));
    if (!views.length && typeof view.width === "number") view.width = Math.min(view.width, width);
    return view;
  };

  /* Links stay on the site: a specification is made of what the store has, whatever that is. */
  const loader = vega.loader();
  loader.load = () => Promise.reject(new Error("a picture loads nothing"));
  const sanitize = loader.sanitize.bind(loader);
  loader.sanitize = (address, options) =>
    options && options.context === "href" && /^(#|\/(?!\/))/.test(address)
      ? Promise.resolve({ href: address })
      : Promise.reject(new Error("a picture leads to this site only"));

  const embed = (place, text, width) => {
    const specification = fitted(JSON.parse(text), width);
    delete specification.title; // the page says it, where it is not cut
    if (place.clientWidth < SMALL) {
      specification.config.axis.labelLimit = SMALL_LABELS;
      Object.assign(specification.config.legend, { columns: 1, labelLimit: 2 * SMALL_LABELS });
    }
    return vegaEmbed(place, specification, {
      ast: true, actions: false, defaultStyle: false, renderer: "svg", tooltip: false, loader,
    });
  };

  /* What stands beside the views is known once it is drawn: if that is too wide, they are drawn narrower. */
  const draw = async (figure) => {
    const place = figure.querySelector(".drawing");
    if (!place) return;
    const text = figure.querySelector("script[type='application/json']").textContent;
    const least = Math.max(LEAST, (JSON.parse(text).usermeta || {}).leastWidth || 0);
    const width = Math.max(least, Math.min(MOST, place.clientWidth - LABELS));
    try {
      await embed(place, text, width);
      const over = place.scrollWidth - place.clientWidth;
      if (over > 0 && width > least) await embed(place, text, Math.max(least, width - over));
      figure.dataset.drawn = "yes";
    } catch (error) {
      figure.dataset.drawn = "no";
      place.textContent = `The picture cannot be drawn: ${error.message}. Its data are in the table below.`;
    }
  };

  /* On paper a picture of several panels is a picture of each: shrunk to one sheet nobody could read it, and no sheet
     shall end within a panel. Each has its own axis. */
  const SVG = "http://www.w3.org/2000/svg", ABOVE = 6;
  const cut = (figure) => {
    const whole = figure.querySelector(".drawing svg");
    const panels = whole ? [...whole.querySelectorAll(".root > g > g > [class*=concat_]")] : [];
    if (panels.length < 2) return;
    const { d: scale, f: top } = whole.getScreenCTM(), { width, height } = whole.viewBox.baseVal;
    const tops = panels.map((panel) => (panel.getBoundingClientRect().top - top) / scale - ABOVE);
    const sheets = document.createElement("div");
    sheets.className = "sheets";
    sheets.setAttribute("aria-hidden", "true");
    panels.forEach((_, at) => {
      const from = at ? tops[at] : 0, to = at + 1 < panels.length ? tops[at + 1] : height;
      const panel = document.createElementNS(SVG, "svg");
      panel.setAttribute("viewBox", `0 ${from} ${width} ${to - from}`);
      panel.append(...[...whole.children].map((each) => each.cloneNode(true)));
      sheets.append(panel);
    });
    figure.querySelector(".drawing").after(sheets);
  };

  const figures = document.querySelectorAll("figure.picture");
  figures.forEach(draw);
  addEventListener("beforeprint", () => figures.forEach(cut));
  addEventListener("afterprint", () => document.querySelectorAll(".sheets").forEach((each) => each.remove()));
})();
