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

  /* Marks that lead to claims are one stop of the key Tab: the arrow keys go from one to the next, from above to below,
     and what is told of each stands beside it. Several marks of one thing are one. */
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const said = (node) => {
    const { told } = node.__data__.datum, seen = node.textContent.trim();
    return !seen || told.includes(seen) ? told : `${seen}: ${told}`; // what is read aloud has what is seen
  };
  const leading = (place) => {
    const seen = new Set(), panels = [...place.querySelectorAll("[class*=concat_][class$=_group]")], found = [];
    const symbols = [...place.querySelectorAll("[role=graphics-symbol]")];
    for (const node of symbols.sort((one, other) => (one.localName === "text") - (other.localName === "text"))) {
      const { href, datum } = node.__data__ || {}, panel = panels.findIndex((each) => each.contains(node));
      const what = `${href} ${(datum || {}).told} ${(datum || {}).row}`;
      if (!/^#./.test(href) || !datum.told || seen.has(what)) continue;
      seen.add(what);
      found.push({ node, panel, row: datum.row || "", left: node.getBoundingClientRect().left });
    }
    return found.sort((one, other) => one.panel - other.panel || (one.row > other.row) - (one.row < other.row)
      || one.left - other.left).map(({ node }) => node);
  };

  /* Who comes back from a claim goes on at the mark that led there. */
  let left = null;
  addEventListener("hashchange", () => {
    if (left && left.at === location.href) left.node.focus({ preventScroll: true });
  });

  const lead = (figure, place) => {
    const marks = leading(place);
    if (!marks.length) return;
    const tip = document.createElement("p");
    Object.assign(tip, { className: "tip", hidden: true });
    tip.setAttribute("aria-hidden", "true"); // each mark is called so
    figure.append(tip);
    const show = (node) => {
      marks.forEach((each) => each.setAttribute("tabindex", each === node ? "0" : "-1"));
      const whole = figure.getBoundingClientRect(), { left, bottom } = node.getBoundingClientRect();
      tip.textContent = said(node);
      tip.hidden = false;
      tip.style.top = `${bottom - whole.top + 6}px`;
      tip.style.left = `${Math.max(0, Math.min(left - whole.left, whole.width - tip.offsetWidth))}px`;
    };
    marks.forEach((node, at) => {
      node.querySelectorAll("tspan:not(:last-child)").forEach((line) => line.append(" ")); // lines are words apart
      node.setAttribute("role", "link");
      node.setAttribute("aria-label", said(node));
      node.setAttribute("tabindex", at ? "-1" : "0");
      node.addEventListener("focus", () => show(node));
      node.addEventListener("blur", () => { tip.hidden = true; });
      node.addEventListener("keydown", (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        const ends = { Home: marks[0], End: marks.at(-1) };
        const to = STEPS[event.key] ? marks[at + STEPS[event.key]] : ends[event.key];
        if (event.key === "Escape") tip.hidden = true;
        else if (event.key === "Enter") {
          left = { node, at: location.href };
          location.hash = node.__data__.href;
        }
        else if (to) to.focus();
        else return;
        event.preventDefault();
      });
    });
    place.removeAttribute("tabindex"); // its marks are the stop
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
      lead(figure, place);
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
