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

  /* On paper a picture of several panels is a picture of each, which has its own axis, and a tall one is cut where
     nothing stands: shrunk to one sheet nobody could read them. */
  const SVG = "http://www.w3.org/2000/svg", ABOVE = 6, SHEET = 1.25, TALL = 80;
  const reach = (whole, each) => {
    const { d: scale, f: zero } = whole.getScreenCTM(), { top, bottom } = each.getBoundingClientRect();
    return [(top - zero) / scale, (bottom - zero) / scale];
  };

  const between = (whole, least, most) => {
    const marks = [...whole.querySelectorAll("text, path, rect")].map((each) => reach(whole, each));
    const low = marks.filter(([top, bottom]) => bottom - top < TALL);  // frames and lines of the grid may be cut
    let at = most;
    for (let hit; (hit = low.find(([top, bottom]) => top < at && at < bottom));) [at] = hit;
    return at > least ? at : most;
  };

  const cuts = (whole) => {
    const { width, height } = whole.viewBox.baseVal, sheet = SHEET * width, found = [0];
    const panels = [...whole.querySelectorAll(".root > g > g > [class*=concat_]")];
    if (panels.length > 1) return [0, ...panels.slice(1).map((each) => reach(whole, each)[0] - ABOVE), height];
    while (height - found.at(-1) > sheet) found.push(between(whole, found.at(-1), found.at(-1) + sheet));
    return [...found, height];
  };

  const cut = (figure) => {
    const whole = figure.querySelector(".drawing svg");
    const tops = whole ? cuts(whole) : [];
    if (tops.length < 3) return;
    const sheets = document.createElement("div");
    sheets.className = "sheets";
    sheets.setAttribute("aria-hidden", "true");
    tops.slice(1).forEach((to, at) => {
      const part = document.createElementNS(SVG, "svg");
      part.setAttribute("viewBox", `0 ${tops[at]} ${whole.viewBox.baseVal.width} ${to - tops[at]}`);
      part.append(...[...whole.children].map((each) => each.cloneNode(true)));
      sheets.append(part);
    });
    figure.querySelector(".drawing").after(sheets);
  };

  const figures = document.querySelectorAll("figure.picture");
  figures.forEach(draw);
  addEventListener("beforeprint", () => figures.forEach(cut));
  addEventListener("afterprint", () => document.querySelectorAll(".sheets").forEach((each) => each.remove()));
})();
