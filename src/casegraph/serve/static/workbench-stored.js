/* The stored questions: found by words and tags, and asked with values for their parameters. */

import { address, json, noticeBox } from "./workbench-asking.js";
import { button, counted, element, fill } from "./workbench-dom.js";
import { begin } from "./fields.js";

const KINDS = {
  concept: "a concept: type its name", "concept-and-below": "a concept and all below it, or the drugs of a group: type its name", case: "a case: type words of its title, or its DOI",
  term: "a term: type its name, a CURIE or an IRI", integer: "a whole number", decimal: "a number", boolean: "true or false", text: "text", value: "",
};
const ALIKE = 0.5, MOST_NEAR = 3, LONGEST = 100;
const OFFERS = { concept: "terms", "concept-and-below": "terms", term: "terms", case: "cases" };

const pairs = (text) => new Set([...text.toLowerCase()].map((letter, place, all) => letter + (all[place + 1] ?? "")));

/* How many pairs of letters two names share, from 0 to 1. */
const alike = (one, other) => {
  const [mine, its] = [pairs(one), pairs(other)];
  return 2 * [...mine].filter((each) => its.has(each)).length / (mine.size + its.size);
};

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

  has(name) { return this.all.some((each) => each.name === name); }

  /** Return that there is no question of a name, with the names that are most like it. */
  unknown(name) {
    const like = this.all.map((each) => [alike(name, each.name), each.name]).filter(([how]) => how > ALIKE);
    const near = like.sort(([one], [other]) => other - one).slice(0, MOST_NEAR).map(([, each]) => each);
    const todo = near.length ? `Its name is like that of ${near.join(", ")}.` : "The list beside has those there are.";
    return `There is no stored question ${name.slice(0, LONGEST)}. ${todo}`;
  }

  about(name) { return json(address(`queries/${name}`, [["format", "json"]])); }

  async choose(name) { this.open(await this.about(name)); }
}

const plainExample = (each) => {
  const terms = each.type === "text" ? [each.example] : each.example.split(/\s+/);
  return terms.length === 1 ? terms[0].replace(/^[<"]|[>"]$/g, "") : "";
};

/** Return what a link says that its question cannot be asked with, for who opened it. */
export const leftOut = (about, link) => {
  const known = Object.keys(about.parameters), has = known.length ? `it has ${known.join(", ")}` : "it has none";
  const told = [...link].filter(([name]) => name !== "stored" && !known.some((each) => name === `_${each}`))
    .map(([name, value]) => `The link says ${name.replace(/^_/, "")}: ${value}. This question has no such parameter (${has}), so that is left out.`);
  const twice = known.filter((name) => link.getAll(`_${name}`).length > 1)
    .map((name) => `The link says ${name} more than once: ${link.getAll(`_${name}`).join("; ")}. The field has the last.`);
  return [...told, ...twice];
};

/* A value may be told by its label, as to the server. What the list does not have stays as it was given: the server
   refuses it then, and nobody gets the answer to another question. */
const choicesOf = (values, given) => {
  const options = Object.entries(values), local = given.replace(/^(https:\/\/w3id\.org\/casegraph\/ontology#|cg:)/, "");
  const named = options.filter(([, label]) => label.toLowerCase() === local.toLowerCase());
  const [chosen] = options.find(([key]) => key === local) ?? (named.length === 1 ? named[0] : [given]);
  return { chosen, options: chosen === given && !Object.hasOwn(values, given) ? [...options, [given, `${given} (no value of this list)`]] : options };
};

const field = (name, each, given) => {
  const id = `_value-${name}`, hint = `_value-hint-${name}`;
  const example = plainExample(each);
  const label = element("label", { for: id }, `${name}: ${each.label}`);
  if (Object.keys(each.values).length) {
    const { options, chosen } = choicesOf(each.values, given || example);
    return [label, element("select", { id, name }, options.map(([key, text]) => element("option", { value: key, selected: key === chosen }, text)))];
  }
  return [label, element("input", {
    id, name, value: given ?? example, "aria-describedby": hint,
    "data-offers": OFFERS[each.type], "data-within": each.within.join(" "),
  }), element("p", { id: hint, class: "hint" }, `${KINDS[each.type]}; left empty, the example of the query stands`)];
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

  /** Say what to know before it is asked. */
  say(told) { this.form.before(noticeBox(told)); }

  hide() { this.place.hidden = true; }

  /** The values that are set, without those that are empty. */
  values() { return [...new FormData(this.form)].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value); }
}
