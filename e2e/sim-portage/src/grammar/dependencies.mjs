/** Dependency strings: USE conditionals, `|| ( )` and groups. */
import { parseAtom } from './atoms.mjs';

/**
 * Reduces a dependency string under the enabled flags.
 * @param {string} text
 * @param {Set<string>} enabled
 * @returns {Array<import('./atoms.mjs').Atom | { anyOf: any[][] }>} atoms, and any-of groups as lists of alternatives
 */
export function reduceDependencies(text, enabled) {
  const tokens = text.split(/\s+/).filter(Boolean);
  const [items, rest] = readItems(tokens, enabled);
  if (rest.length > 0) throw new Error(`simulated Portage: unbalanced ')' in dependencies '${text}'`);
  return items;
}

function readItems(tokens, enabled) {
  const items = [];
  while (tokens.length > 0 && tokens[0] !== ')') {
    const token = tokens.shift();
    if (token === '||') items.push({ anyOf: readAlternatives(openGroup(tokens), enabled) });
    else if (token.endsWith('?')) {
      const flag = token.slice(0, -1).replace('!', '');
      const [inner] = readItems(openGroup(tokens), enabled);
      closeGroup(tokens);
      const state = token.startsWith('!') ? `-${flag}` : flag;
      if (enabled.has(flag) !== token.startsWith('!')) items.push(...inner.map((item) => underCondition(item, state)));
      continue;
    } else if (token === '(') items.push(...readItems(tokens, enabled)[0]);
    else {
      items.push(readAtom(token));
      continue;
    }
    closeGroup(tokens);
  }
  return [items, tokens];
}

/** Which flags of the parent led to an atom: shown behind the parent's name. */
function underCondition(item, state) {
  return 'anyOf' in item ? item : { ...item, conditions: [state, ...(item.conditions ?? [])] };
}

/** Each item inside `|| ( )` is one alternative; a group is one whose parts are all needed. */
function readAlternatives(tokens, enabled) {
  const alternatives = [];
  while (tokens.length > 0 && tokens[0] !== ')') {
    if (tokens[0] === '(') {
      tokens.shift();
      alternatives.push(readItems(tokens, enabled)[0]);
      closeGroup(tokens);
    } else if (tokens[0].endsWith('?')) {
      const flag = tokens.shift().slice(0, -1);
      const [inner] = readItems(openGroup(tokens), enabled);
      closeGroup(tokens);
      if (enabled.has(flag.replace('!', '')) !== flag.startsWith('!'))
        alternatives.push(...inner.map((item) => [item]));
    } else alternatives.push([readAtom(tokens.shift())]);
  }
  return alternatives;
}

function openGroup(tokens) {
  if (tokens.shift() !== '(') throw new Error("simulated Portage: expected '(' in a dependency string");
  return tokens;
}

function closeGroup(tokens) {
  if (tokens.shift() !== ')') throw new Error("simulated Portage: expected ')' in a dependency string");
}

function readAtom(token) {
  const atom = parseAtom(token);
  if (!atom) throw new Error(`simulated Portage: expected an atom in a dependency string, got '${token}'`);
  return atom;
}

/**
 * The text of a reduced string again; `rewrite` may change each atom's text.
 * @param {ReturnType<typeof reduceDependencies>} items
 * @param {(atom: import('./atoms.mjs').Atom) => string} rewrite
 */
export function dependencyText(items, rewrite = (atom) => atom.text) {
  return items
    .map((item) => {
      if (!('anyOf' in item)) return rewrite(item);
      const inner = item.anyOf.map((group) =>
        group.length === 1 ? dependencyText(group, rewrite) : `( ${dependencyText(group, rewrite)} )`,
      );
      return `|| ( ${inner.join(' ')} )`;
    })
    .join(' ');
}

/** All atoms, those of any-of groups too. */
export function atomsOf(items) {
  return items.flatMap((item) => ('anyOf' in item ? item.anyOf.flatMap(atomsOf) : [item]));
}
