import { nearestWord } from '@binhost/shared/config';
import { type Atom, parseCpv } from '@binhost/shared/portage';
import { coordinatorError } from '../coordinator-errors.ts';
import type { Database } from '../db/database.ts';
import { findPackage } from '../status/find-package.ts';
import type { BuildRow, NodeRow } from '../status/status-rows.ts';
import { loadBuilds, loadKnownPackages, loadNodes } from '../status/status-store.ts';

/** What a person names → rows; what does not exist is answered with the nearest that does. */

/** @throws NOT_FOUND */
export async function buildOfNumber(db: Database, id: number): Promise<BuildRow> {
  const [build] = await loadBuilds(db, { id });
  if (build) return build;
  const [newest] = await loadBuilds(db, { limit: 1 });
  throw notFound('build', String(id), newest ? `The newest is ${newest.id}; ` : 'There is none yet; ', 'builds');
}

/** @throws NOT_FOUND */
export async function nodeOfName(db: Database, name: string): Promise<NodeRow> {
  const [node] = await loadNodes(db, name);
  if (node) return node;
  const names = (await loadNodes(db)).map((known) => known.name);
  throw notFound('node', name, didYouMean(nearestWord(name, names)), 'nodes');
}

/** A package that was ever wished for, built or published. @throws NOT_FOUND */
export async function knownPackage(db: Database, text: string): Promise<Atom> {
  const names = new Set((await loadKnownPackages(db)).map((cpv) => parseCpv(cpv)?.cp ?? cpv));
  const found = findPackage(text, [...names].sort());
  if (found.kind === 'found') return found.atom;
  if (found.kind === 'unknown') throw notFound('package', text, didYouMean(found.nearest), 'demand');
  throw coordinatorError('NOT_FOUND', `expected one package, got '${text}', which may be ${found.names.join(' or ')}`, {
    hint: 'Give it with its category.',
  });
}

export function notFound(what: string, got: string, nearest: string, command: string) {
  return coordinatorError('NOT_FOUND', `expected a known ${what}, got '${got}'`, {
    hint: `${nearest}binhost-coordinator ${command} lists them.`,
  });
}

function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `Did you mean '${nearest}'? `;
}
