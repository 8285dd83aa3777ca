/* Makes elements of a page; all that comes from data goes in as text, never as markup. */

/* As on the pages that the server makes: what turns the order of the letters around it is shown as a mark. */
const UNSEEN = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const WEB = /^https?:\/\/[^\s/?#]/i;

/** Return a text with a mark in place of each letter that is not seen but can do harm. */
export const plain = (text) => text.replace(UNSEEN, "\ufffd");

const shown = (content) => content.flat().filter((each) => each !== "" && each !== null && each !== undefined)
  .map((each) => typeof each === "string" ? plain(each) : each);

/** Return an element; `true` is an attribute without value, and what is false, null or empty is left out. */
export const element = (tag, attributes = {}, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined && value !== "") made.setAttribute(name, value);
  }
  made.append(...shown(content));
  return made;
};

/** Put content in place of what an element holds. */
export const fill = (place, ...content) => {
  place.replaceChildren(...shown(content));
  return place;
};

/** Return a link to an address of the web; of any other address the text alone. */
export const link = (address, text, attributes = {}) =>
  WEB.test(address) ? element("a", { href: address, ...attributes }, text) : text;

/** Return what a number of things is called. */
export const counted = (many, one, several = `${one}s`) =>
  `${many.toLocaleString("en")} ${many === 1 ? one : several}`;

/** Return a button; what it does is done at each click. */
export const button = (text, act, attributes = {}) => {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
};

const loaded = new Map();

/** Load a classic script of this server once; what it defines is global then. */
export const load = (name) => {
  if (!loaded.has(name)) {
    loaded.set(name, new Promise((done, failed) => {
      const script = element("script", { src: new URL(name, import.meta.url).href });
      script.addEventListener("load", done);
      script.addEventListener("error", () => failed(new Error(`${name} cannot be loaded`)));
      document.head.append(script);
    }));
  }
  return loaded.get(name);
};
