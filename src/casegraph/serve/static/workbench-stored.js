/* The stored questions: found by words and tags, and asked with values for their parameters. */

import { address, json } from "./workbench-asking.js";
import { button, counted, element, fill } from "./workbench-dom.js";
import { begin } from "./fields.js";

const KINDS = {
  concept: "a concept: type its name", "concept-and-below": "a concept and all below it, or the drugs of a group: type its name", case: "a case: type words of its title, or its DOI",
  term: "a term: type its name, a CURIE or an IRI", integer: "a whole number", decimal: "a number", boolean: "true or false", text: "text", value: "",
};
const OFFERS = { concept: "terms", "concept-and-below": "terms", term: "terms", case: "cases" };

/** The list of all stored questions; `open` is called with what is known of the one that is chosen. */
export class Stored {
  constructor(place, open) {
    Object.assign(this, { place, open, tag: "", all: [] });
    this.search = place.querySelector("input[type=search]");
    this.tags = place.querySelector("select");
    this.list = place.querySelector("ul");
    this.told = place.querySelector("[role=status]");
    this.search.addEventListener("input", () => this.show());
    this.tags.addEventListener("change", () => this.show());
  }

  async begin() {
    this.all = (await json(address("queries", [["format", "json"]]))).queries;
    const tags = new Map();
    for (const tag of this.all.flatMap((each) => each.tags)) tags.set(tag, (tags.get(tag) || 0) + 1);
    const sorted = [...tags].sort(([one], [other]) => one.localeCompare(other, "en"));
    this.tags.append(...sorted.map(([tag, many]) => element("option", { value: tag }, `${tag} (${many})`)));
    this.show();
  }

  show() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean), tag = this.tags.value.trim();
    const found = this.all.filter((each) => {
      const text = [each.name, each.summary, each.question, ...each.tags].join(" ").toLowerCase();
      return (!tag || each.tags.includes(tag)) && words.every((word) => text.includes(word));
    });
    this.told.textContent = `${counted(found.length, "question")} of ${this.all.length}`;
    fill(this.list, found.map((each) => element("li", {},
      button(each.summary, () => this.choose(each.name), { class: "plain", "data-query": each.name, title: each.question }),
      element("span", { class: "tags" }, each.tags.join(", ")))));
  }

  about(name) { return json(address(`queries/${name}`, [["format", "json"]])); }

  async choose(name) { this.open(await this.about(name)); }
}

const plainExample = (each) => {
  const terms = each.type === "text" ? [each.example] : each.example.split(/\s+/);
  return terms.length === 1 ? terms[0].replace(/^[<"]|[>"]$/g, "") : "";
};

const field = (name, each, given) => {
  const id = `_value-${name}`, hint = `_value-hint-${name}`;
  const example = plainExample(each);
  const label = element("label", { for: id }, `${name}: ${each.label}`);
  const options = Object.entries(each.values);
  if (options.length) {
    const value = given ?? example.split(/[#:]/).pop();
    return [label, element("select", { id, name }, options.map(([key, text]) => element("option", { value: key, selected: key === value }, text)))];
  }
  const more = example ? "" : "; left empty, the example of the query stands";
  return [label, element("input", {
    id, name, value: given ?? example, "aria-describedby": hint,
    "data-offers": OFFERS[each.type], "data-within": each.within.join(" "),
  }), element("p", { id: hint, class: "hint" }, `${KINDS[each.type]}${more}`)];
};

/** The form of one stored question; `run`, `edit` and `link` are called with its values. */
export class Form {
  constructor(place, { run, edit, link }) { Object.assign(this, { place, run, edit, link, about: null }); }

  show(about, values) {
    this.about = about;
    const known = Object.entries(about.parameters);
    const fields = known.flatMap(([name, each]) => field(name, each, values[name]));
    const form = element("form", {}, fields, element("div", { class: "buttons" },
      element("button", { type: "submit" }, "Run"), " ", button("Open in the editor", () => this.edit(about, this.values())), " ",
      button("Copy a link to this question", () => this.link(about, this.values()), { id: "_form-link" })));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.run(about, this.values()); });
    const page = element("a", { href: about.links.self }, "its page");
    fill(this.place, element("h2", { id: "_question", tabindex: "-1" }, about.summary), element("p", {}, about.question),
      element("details", {}, element("summary", {}, "What to know of it"), element("p", {}, about.description),
        element("p", {}, about.name, " · ", about.tags.join(", "), " · ", page)), form);
    this.place.hidden = false;
    this.form = form;
    begin(form);  // examples get their labels when those come; nobody has to wait for that
  }

  hide() { this.place.hidden = true; }

  /** The values that are set, without those that are empty. */
  values() { return [...new FormData(this.form)].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value); }
}
