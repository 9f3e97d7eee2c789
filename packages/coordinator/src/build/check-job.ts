import { PORTAGE_GRAMMAR } from '@binhost/shared/portage';
import type { BoundDependency, BuildJob, FacePackage } from '../queue/build-job.ts';

/**
 * The builder is root and believes nobody: what a row says becomes arguments of emerge, lines of its configuration and names of
 * files, so each word is held to Portage's grammar once more, whoever wrote it into the database. Pure.
 *
 * @returns undefined: every word is what it claims to be; else the first that is not, in one sentence
 */
export function jobFault(job: BuildJob): string | undefined {
  const wrong = [...ownWords(job), ...job.face.flatMap(faceWords), ...job.bindings.flatMap(boundWords)].find(
    ({ value, pattern }) => typeof value !== 'string' || value.length > MAX_LENGTH || !pattern.test(value),
  );
  if (wrong) return `expected ${wrong.what}, got ${shown(wrong.value)}: nothing was run`;
  const number = [job.buildId, job.attemptId, job.attemptNumber].find((one) => !Number.isSafeInteger(one) || one < 1);
  return number === undefined ? undefined : `expected a number above 0, got ${shown(number)}: nothing was run`;
}

interface Word {
  what: string;
  value: unknown;
  pattern: RegExp;
}

const MAX_LENGTH = 255;
const GRAMMAR = {
  cpv: { what: 'category/name-version', pattern: PORTAGE_GRAMMAR.cpv },
  cp: { what: 'category/name', pattern: PORTAGE_GRAMMAR.cp },
  slot: { what: 'a slot name', pattern: PORTAGE_GRAMMAR.slot },
  repository: { what: 'a repository name', pattern: PORTAGE_GRAMMAR.repository },
  useFlag: { what: 'a USE flag', pattern: PORTAGE_GRAMMAR.useFlag },
  pool: { what: 'a pool name', pattern: /^[a-z0-9][a-z0-9-]{0,62}$/ },
  logPath: { what: 'NUMBER.log', pattern: /^[1-9]\d{0,15}\.log$/ },
};

const word = (kind: keyof typeof GRAMMAR, value: unknown): Word => ({ ...GRAMMAR[kind], value });
const flags = (list: readonly string[]): Word[] => list.map((flag) => word('useFlag', flag));
/** Where none is known, the atom names none. */
const repository = (name: string | null): Word[] => (name === null || name === '' ? [] : [word('repository', name)]);

function ownWords(job: BuildJob): Word[] {
  const { pool, slot, subslot, logPath } = job;
  const places = [word('pool', pool), word('logPath', logPath)];
  return [...places, word('slot', slot), word('slot', subslot), ...faceWords(job)];
}

function faceWords(one: FacePackage): Word[] {
  return [word('cpv', one.cpv), ...repository(one.repository), ...flags(one.useEnabled), ...flags(one.useDisabled)];
}

function boundWords({ cp, slot, subslot, cpv, useEnabled, repository: from }: BoundDependency): Word[] {
  const names = [word('cp', cp), word('slot', slot), word('slot', subslot), word('cpv', cpv)];
  return [...names, ...repository(from), ...flags(useEnabled)];
}

/** Whatever it is, on one line and not long. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
