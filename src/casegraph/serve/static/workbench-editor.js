/* The editor of SPARQL: YASQE, with completions from what the server tells of its own data, and from nowhere else. */

import { address, ask } from "./workbench-asking.js";
import { element } from "./workbench-dom.js";
import { learn, nameOf, readTriples } from "./workbench-terms.js";

const VOID = "http://rdfs.org/ns/void#";
const MOST = 100, WAIT = 200;
const NOTHING = "Nothing is known that begins so here. Offered are classes behind a and in VALUES, properties where one stands, prefixes behind PREFIX, and variables behind ?.";
const found = { class: null, property: null };

const isForeign = (iri) => Number(!iri.startsWith("https://w3id.org/casegraph/"));

/* Which classes and properties the data have: their VoID, without what takes long to count; asked for once. */
const described = async () => {
  const answer = await ask(address(".well-known/void", [["parts", "no"]]), "application/n-triples");
  if (answer.problem) throw new Error(answer.problem.detail);
  const triples = readTriples(answer.body);
  for (const name of ["class", "property"]) {
    const iris = triples.filter(([, predicate]) => predicate.value === VOID + name).map(([, , object]) => object.value);
    found[name] = [...new Set(iris)].sort();
  }
  /* what is ours comes first: the rest is how the data are described */
  for (const name of ["class", "property"]) found[name].sort((one, other) => isForeign(one) - isForeign(other));
  await learn([...found.class, ...found.property]);
};

const matching = (name, token) => {
  const text = (token.autocompletionString || "").trim(), small = text.toLowerCase();
  const local = (iri) => iri.replace(/^.*[#/]/, "").toLowerCase();
  const fits = (iri) => iri.startsWith(text) || local(iri).startsWith(small) ||
    (small.length > 2 && (nameOf(iri)?.label || "").toLowerCase().includes(small));
  return (found[name] || []).filter(fits).slice(0, MOST);
};

/* As a CURIE where that can be written: its prefix is then declared as if it had been typed. */
const short = (iri, prefixes) => {
  const fits = Object.entries(prefixes).filter(([, space]) => iri.startsWith(space)).sort(([, one], [, other]) => other.length - one.length);
  const local = fits.length ? iri.slice(fits[0][1].length) : "";
  return /^\w[\w-]*$/.test(local) ? `${fits[0][0]}:${local}` : `<${iri}>`;
};

/* Whether a token has letters to complete; what stands between them has none. */
const isWord = (token) => token.string.trim() !== "" && token.type !== "punc";

const isProperty = (yasqe) => {
  const token = yasqe.getCompleteToken();
  if (/^[?$]/.test(token.string)) return false;
  const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
  /* behind a prefix that is not declared the grammar stands still: that a property follows is seen by the sign */
  const isBehind = (isWord(token) ? before : token.string === ";" ? token : before)?.string === ";";
  return isBehind || (token.state.possibleCurrent || []).includes("a");
};

/* What VALUES lists may be a class too. */
const isClass = (yasqe, stock) => !isProperty(yasqe) && (stock(yasqe) ||
  (!/^[?$]/.test(yasqe.getCompleteToken().string) && (yasqe.getCompleteToken().state.stack || []).at(-1) === "*dataBlockValue"));

/* A prefix that everybody knows here is meant, whether the query declares it yet or not. */
const expanded = (token, prefixes) => {
  const [, prefix, local] = /^([\w-]+):([\w-]*)$/.exec(token.string.trim()) || [];
  return prefix && !token.tokenPrefixUri && Object.hasOwn(prefixes, prefix) ? { ...token, autocompletionString: prefixes[prefix] + local } : token;
};

/* YASQE writes a suggestion as the query does; what it is called stands beside it. */
const completer = (name, prefixes) => {
  const written = new Map(), stock = Yasqe.Autocompleters[name], isThere = { class: isClass, property: isProperty }[name];
  return {
    name: `casegraph-${name}`, bulk: false, persistenceId: null,
    isValidCompletionPosition: (yasqe) => isThere(yasqe, stock.isValidCompletionPosition),
    preProcessToken: (yasqe, token) => isWord(token) ? expanded(stock.preProcessToken(yasqe, token), prefixes) : { ...token, autocompletionString: "" },
    get: (_, token) => matching(name, token || {}),
    postProcessSuggestion: (yasqe, token, iri) => {
      const text = token.tokenPrefixUri ? stock.postProcessSuggestion(yasqe, token, iri) : short(iri, prefixes);
      written.set(text, iri);
      return text;
    },
    postprocessHints: (yasqe, hints) => {
      const cursor = yasqe.getDoc().getCursor(), place = isWord(yasqe.getCompleteToken()) ? {} : { from: cursor, to: cursor };
      return hints.map((hint) => {
        const label = nameOf(written.get(hint.text))?.label;
        return { ...hint, ...place, ...(label ? { displayText: `${hint.text}   ${label}` } : {}) };
      });
    },
  };
};

/* The stock one writes HTML with styles of its own beside the line; this one writes text. */
function checkSyntax() {
  this.queryValid = true;
  this.clearGutter("gutterErrorBar");
  for (let line = 0; line < this.getDoc().lineCount(); line += 1) {
    const { state } = this.getTokenAt({ line, ch: this.getDoc().getLine(line).length }, !this.prevQueryValid);
    this.setOption("queryType", state.queryType);
    if (state.OK) continue;
    const expected = (state.possibleCurrent || []).slice(0, 12).join(", ");
    const text = state.errorMsg || `This line is not SPARQL yet.${expected ? ` Expected: ${expected}` : ""}`;
    this.setGutterMarker(line, "gutterErrorBar", element("span", { class: "wrong-here", title: text, role: "img", "aria-label": text }, "!"));
    this.queryValid = false;
    return;
  }
}

/* Offer what may stand at the cursor; where that is nothing, say what is offered where. */
const offer = (act) => (yasqe) => {
  yasqe.autocomplete();
  setTimeout(() => { if (found.class && !yasqe.state.completionActive) act.say(NOTHING); }, WAIT);
};

/* The key Tab goes on to the next control, as everywhere on a page: nobody is caught in the editor. */
const keys = (act) => ({
  Tab: false, "Shift-Tab": false, "Ctrl-Enter": act.run, "Cmd-Enter": act.run, Esc: act.leave, "Ctrl-Space": offer(act), "Ctrl-S": () => {}, "Cmd-S": () => {},
});

/** Put an editor in a place. */
export const begin = (place, prefixes, text, act) => {
  Yasqe.prototype.checkSyntax = checkSyntax;
  Yasqe.defaults.autocompleters = ["variables"];
  Yasqe.forkAutocompleter("class", completer("class", prefixes));
  Yasqe.forkAutocompleter("property", completer("property", prefixes));
  Yasqe.forkAutocompleter("prefixes", {
    name: "casegraph-prefixes", persistenceId: null,
    get: () => Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`).sort(),
  });
  const yasqe = new Yasqe(place, {
    value: text, persistenceId: null, createShareableLink: null, consumeShareLink: null, showQueryButton: false, resizeable: false,
    editorHeight: "19rem", extraKeys: keys(act), prefixCcApi: null, queryingDisabled: "asked elsewhere", screenReaderLabel: "SPARQL query", inputStyle: "contenteditable",
    requestConfig: { endpoint: address("sparql") }, foldGutter: false, gutters: ["gutterErrorBar", "CodeMirror-linenumbers"],
  });
  for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": "SPARQL query" })) {
    yasqe.getInputField().setAttribute(name, value);
  }
  yasqe.on("autocompletionShown", (_, widget) => {
    widget.hints.setAttribute("aria-label", "What may be written here");
    widget.hints.tabIndex = 0;
  });
  return yasqe;
};

/** Put a text in; of a stored question the lines of its head stay above what is seen. */
export const open = (yasqe, text) => {
  yasqe.setValue(text);
  const line = text.split("\n").findIndex((each) => each && !each.startsWith("#"));
  yasqe.scrollTo(0, line > 0 ? yasqe.heightAtLine(line, "local") : 0);
};

/** Learn what can be completed; what goes wrong is returned as text. */
export const complete = async () => {
  try {
    await described();
    return `Completion knows ${found.class.length} classes and ${found.property.length} properties of these data.`;
  } catch (error) {
    return `Classes and properties cannot be completed: ${error.message}`;
  }
};

let mark = null;

/** Mark the place of an error, and go there. */
export const point = (yasqe, where) => {
  mark?.clear();
  mark = null;
  if (!where) return;
  const document_ = yasqe.getDoc(), line = Math.min(where.line, document_.lineCount()) - 1;
  const start = Math.max(0, Math.min(where.column - 1, document_.getLine(line).length - 1));
  mark = document_.markText({ line, ch: start }, { line, ch: document_.getLine(line).length }, { className: "wrong-here" });
  document_.setCursor({ line, ch: start });
};
