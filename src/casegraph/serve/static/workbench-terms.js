/* Terms of RDF as the pages hold them, read from the formats that the server answers in. */

import { BASE, address, ask } from "./workbench-asking.js";
import { counted, plain } from "./workbench-dom.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float"].map((each) => XSD + each));
const TIMES = new Set(["date", "dateTime"].map((each) => XSD + each));
const TEXT = `${XSD}string`;
const AT_ONCE = 80, LONGEST = 7_500, LONGEST_IRI = 4_000;
const REFUSED = new Set([400, 413, 414, 431]);

export const isNumber = (term) => term.kind === "literal" && NUMBERS.has(term.datatype) && Number.isFinite(Number(term.value));
export const isTime = (term) => term.kind === "literal" && TIMES.has(term.datatype);

/** Return the term of SPARQL's JSON as a term of ours. */
const fromJson = (said) => {
  if (said.type === "uri") return { kind: "iri", value: said.value };
  if (said.type === "bnode") return { kind: "blank", value: said.value };
  if (said.type === "triple") {
    const parts = ["subject", "predicate", "object"].map((name) => written(fromJson(said.value[name])));
    return { kind: "triple", value: `<<( ${parts.join(" ")} )>>` };
  }
  return { kind: "literal", value: said.value, datatype: said.datatype || "", language: said["xml:lang"] || "" };
};

/** Return columns and rows of SPARQL's JSON; of a truth value one row with it. */
export const readRows = (text) => {
  const told = JSON.parse(text);
  if (typeof told.boolean === "boolean") {
    const value = { kind: "literal", value: String(told.boolean), datatype: `${XSD}boolean`, language: "" };
    return { columns: ["answer"], rows: [[value]] };
  }
  const columns = told.head.vars;
  return {
    columns,
    rows: told.results.bindings.map((each) => columns.map((name) => Object.hasOwn(each, name) ? fromJson(each[name]) : null)),
  };
};

const LINE = /\s*(?:<([^>]*)>|(_:[^\s]+)|"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([A-Za-z0-9-]+))?|(<<\(.*\)>>))/y;
const ESCAPES = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };
const unescaped = (text) => text.replace(/\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)/g,
  (_, four, eight, one) => one === undefined ? String.fromCodePoint(parseInt(four || eight, 16)) : ESCAPES[one] || one);

/** Return the triples of N-Triples. */
export const readTriples = (text) => text.split("\n").filter((line) => line.trim() && line[0] !== "#").map((line) => {
  LINE.lastIndex = 0;
  return [0, 1, 2].map(() => {
    const found = LINE.exec(line);
    if (!found) throw new Error(`no triple: ${line}`);
    const [, iri, blank, literal, datatype, language, triple] = found;
    if (iri !== undefined) return { kind: "iri", value: unescaped(iri) };
    if (blank !== undefined) return { kind: "blank", value: blank.slice(2) };
    if (triple !== undefined) return { kind: "triple", value: triple };
    return { kind: "literal", value: unescaped(literal), datatype: datatype || "", language: language || "" };
  });
});

/** Return a term as SPARQL writes it. */
export const written = (term) => {
  if (term.kind === "iri") return `<${term.value}>`;
  if (term.kind === "blank") return `_:${term.value}`;
  if (term.kind === "triple") return term.value;
  const said = `"${term.value.replace(/["\\\n\r]/g, (each) => ({ "\n": "\\n", "\r": "\\r" })[each] || `\\${each}`)}"`;
  if (term.language) return `${said}@${term.language}`;
  return term.datatype && term.datatype !== TEXT ? `${said}^^<${term.datatype}>` : said;
};

const known = new Map(), refused = new Map();

/** Return what is known of an IRI until now: label, short name and link; null where it was not asked for. */
export const nameOf = (iri) => known.get(iri) || null;

/* As it stands in an address, where letters that are not ASCII are up to nine times as long. */
const size = (iri) => new URLSearchParams([["iri", iri]]).toString().length;
const unlabelled = (iri) => ({ label: "", short: iri, link: "" });

/* What is refused is asked for in halves: what one IRI of it is refused for takes no label from the others. */
const learnPart = async (some) => {
  const answer = await ask(address("labels", some.map((iri) => ["iri", iri])), "application/json");
  if (!answer.problem) {
    const { names } = JSON.parse(answer.body);
    for (const iri of some) known.set(iri, Object.hasOwn(names, iri) ? names[iri] : unlabelled(iri));
    return;
  }
  const { status, detail } = answer.problem, half = Math.ceil(some.length / 2);
  if (!REFUSED.has(status)) throw new Error(detail);
  if (some.length > 1) { await learnPart(some.slice(0, half)); await learnPart(some.slice(half)); return; }
  known.set(some[0], unlabelled(some[0]));
  refused.set(some[0], detail);
};

/* Parts of requests that are short enough to be answered. */
const inParts = (iris) => {
  const parts = [];
  let length = Infinity;
  for (const iri of iris) {
    const more = size(iri);
    if (length + more > LONGEST || parts.at(-1).length === AT_ONCE) { parts.push([]); length = 0; }
    parts.at(-1).push(iri);
    length += more;
  }
  return parts;
};

/** Ask what IRIs are called, in as many requests as that takes; return in words which of them could not be told. */
export const learn = async (iris) => {
  const all = new Set(iris);
  for (const iri of all) {
    if (!known.has(iri) && iri.length > LONGEST_IRI) {
      known.set(iri, unlabelled(iri));
      refused.set(iri, `longer than ${LONGEST_IRI.toLocaleString("en")} characters`);
    }
  }
  const parts = inParts([...all].filter((iri) => !known.has(iri))), reasons = new Set();
  await Promise.all(parts.map(async (some) => {
    try { await learnPart(some); } catch (error) { reasons.add(error.message); }
  }));
  for (const iri of all) if (refused.has(iri)) reasons.add(refused.get(iri));
  const left = [...all].filter((iri) => !known.has(iri) || refused.has(iri)).length;
  return left ? `The labels of ${counted(left, "IRI")} could not be read: ${[...reasons].join("; ")}.` : "";
};

/** Return the one line that people read for a term: the label, with the short name where there is no label. */
export const said = (term) => {
  if (term === null) return "";
  if (term.kind !== "iri") return plain(term.kind === "blank" ? `_:${term.value}` : term.value);
  const name = nameOf(term.value);
  return plain(name ? name.label || name.short : term.value);
};

/** Tell whether an address is of this server. */
export const isOurs = (where) => where.startsWith(BASE);
export const datatypeName = (term) => term.datatype && term.datatype !== TEXT ? term.datatype.replace(XSD, "xsd:") : "";
