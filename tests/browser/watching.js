// Runs in each page before its own scripts, and in its frames: keeps what no page of casegraph may do, and looks
// at it when the tests ask (browsing.py).
(() => {
  const seen = [], stops = [];
  // Letters that change the order of those beside them, with what follows.
  const TURNING = /[\u202a-\u202e\u2066-\u2069].{0,40}/g;
  const told = (node) => node.outerHTML.slice(0, 120);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const tell = (kind, what) => seen.push(`${kind}: ${String(what).slice(0, 300)}`);
  if (window !== window.top) {
    try {
      window.top.__looks.tell("frame", location.href);
    } catch { /* it is of another site: its request tells */ }
  }
  Object.defineProperty(window, "__pwned", {
    get() { tell("script", "read __pwned"); return "planted"; },
    set(value) { tell("script", `planted ${value}`); },
  });
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = (text) => { tell("dialog", `${name} ${text}`); return null; };
  }
  addEventListener("securitypolicyviolation", (event) => tell("policy",
    `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
  addEventListener("error", (event) =>
    tell("error", event.message || `${event.target.tagName} ${event.target.src || event.target.href}`), true);
  addEventListener("unhandledrejection", (event) => tell("error", event.reason));

  // Where the key Tab leads, and whether one sees it there.
  addEventListener("focusin", (event) => {
    const node = event.target, box = node.getBoundingClientRect(), style = getComputedStyle(node);
    const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    const isThere = box.width + box.height > 0 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
    stops.push({ node, isSeen: isOutlined && isThere });
  }, true);
  const controls = (most) =>
    all("a[href], svg a, button, input:not([type=hidden]), select, textarea, summary, [tabindex]").filter((each) =>
      each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true })).slice(0, most);

  // Addresses that run something, or lead to what no page may lead to.
  const WEB = /^(https?|file|blob):/;
  const leads = (node) => ["href", "xlink:href", "src", "action", "formaction"].map((name) => node.getAttribute(name))
    .filter((each) => each !== null && !WEB.test(URL.canParse(each, document.baseURI) ? new URL(each, document.baseURI).href : each));

  const looks = {
    tell,

    // What the page did since it was last asked.
    report: () => [
      ...seen.splice(0),
      ...Object.keys(Object.prototype).map((each) => `prototype: ${each}`),
      ...all("figure.picture[data-drawn=no]").map((each) =>
        `picture: ${each.id} is not drawn: ${each.textContent.slice(0, 200)}`),
      ...all("[href], [*|href], [src], [action], [formaction]").flatMap(leads)
        .map((each) => `address: ${each.slice(0, 100)}`),
      ...(document.documentElement.textContent.match(TURNING) || []).map((each) =>
        `text: what turns letters around: ${each}`),
    ],

    isDrawn: () => all("figure.picture:has(script[type='application/json'])").every((each) => each.dataset.drawn),

    hover: () => {
      for (const each of all("*")) {
        for (const kind of ["pointerover", "mouseover", "mouseenter", "mousemove"]) {
          each.dispatchEvent(new MouseEvent(kind, { bubbles: true }));
        }
      }
    },

    unfold: () => all("details").forEach((each) => { each.open = true; }),

    countControls: (most) => { stops.length = 0; return controls(most).length; },

    keyboard: (most) => {
      const faults = [], met = new Set();
      let last = null;
      for (const { node, isSeen } of stops) {
        if (met.has(node)) break; // around the end, from the first again
        if (last && !(last.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)) {
          faults.push(`keyboard: ${told(node)} comes after ${told(last)}`);
        }
        if (!isSeen) faults.push(`keyboard: the focus is not seen on ${told(node)}`);
        met.add(node);
        last = node;
      }
      const missed = controls(most).filter((each) => !met.has(each));
      return [...faults, ...missed.map((each) => `keyboard: never came to ${told(each)}`)].slice(0, 10);
    },

    sideways: (least) => {
      const wide = document.scrollingElement.scrollWidth;
      if (wide <= least) return [];
      // a box that is too wide, or a text that is wider than its box
      const outer = all("body *").filter((each) => each.getBoundingClientRect().right > least + 1
        || (each.scrollWidth > least && getComputedStyle(each).overflowX === "visible"));
      return [`the page is ${wide} px wide in a window of ${least}: ${outer.slice(-3).map(told).join(" ... ")}`];
    },

    accessibility: async (tags, rules) => {
      const runOnly = rules.length ? { type: "rule", values: rules } : { type: "tag", values: tags };
      const found = await window.axe.run(document, { runOnly, resultTypes: ["violations"] });
      return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.length} times, ` + nodes
        .slice(0, 3).map((each) => `${each.target} ${each.html.slice(0, 120)} ${each.failureSummary}`).join("; "));
    },
  };
  Object.defineProperty(window, "__looks", { value: looks });
})();
