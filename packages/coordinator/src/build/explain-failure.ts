import type { FailureKind } from '../queue/build-state.ts';
import type { StepName } from './build-command.ts';

export interface EndedStep {
  step: StepName;
  /** The asked package. */
  cpv: string;
  ended: 'exit' | 'time-limit' | 'silence-limit' | 'stopped' | 'not-started';
  exitCode: number | undefined;
  /** The last output of the command, both streams. */
  tail: string;
}

export interface Explanation {
  kind: FailureKind;
  /** One sentence for a person. */
  text: string;
  /** Ebuild phase that failed, where one did. */
  phase?: string;
  /** A root of its own, where dependencies are merged, would not have stopped here. */
  overlayHelps?: boolean;
  /** Trying again by itself will not help. */
  needsPerson?: boolean;
}

/**
 * Says why a command of a build failed, from its exit and its last output. Only what is known to be the package's, its
 * sources' or its configuration's fault is called so: everything else is ours (machinery), and is tried again.
 */
export function explainFailure(ended: EndedStep): Explanation {
  const tail = plain(ended.tail);
  if (ended.ended === 'not-started')
    return machinery(`${ended.step}: the command could not be started: ${lastLine(tail)}`);
  if (ended.ended === 'stopped') return machinery('the build was stopped');
  const phase = runningPhase(tail);
  if (ended.ended !== 'exit') {
    const limit =
      ended.ended === 'time-limit' ? 'took longer than build.timeLimit' : 'printed nothing for build.silenceLimit';
    return { kind: 'package', text: `${ended.cpv} ${limit}`, ...phase };
  }
  for (const rule of RULES) {
    const found = rule(tail, ended);
    if (found) return found;
  }
  const exit = ended.exitCode === undefined ? 'ended by a signal' : `ended with exit status ${ended.exitCode}`;
  return machinery(`emerge ${exit} in step ${ended.step}: ${lastLine(tail)}`);
}

type Rule = (tail: string, ended: EndedStep) => Explanation | undefined;

/** The machine's troubles come first: a compiler that was killed also looks like a package that does not compile. */
const RULES: Rule[] = [
  machineTrouble,
  fetchRestricted,
  badDigest,
  fetchFailed,
  phaseFailed,
  noEbuild,
  masked,
  requiredUse,
  useChanges,
  circular,
  blocked,
  slotConflict,
  dependenciesMissing,
];

function machineTrouble(tail: string): Explanation | undefined {
  const found =
    /^.*(?:No space left on device|Cannot allocate memory|virtual memory exhausted|Killed signal terminated program|Read-only file system|Too many open files).*$/m.exec(
      tail,
    );
  return found ? machinery(found[0].trim()) : undefined;
}

function fetchRestricted(tail: string): Explanation | undefined {
  const found = /^!!! (\S+) has fetch restriction turned on/m.exec(tail);
  if (!found) return undefined;
  const files = /The following files cannot be fetched for [^\n]*\n((?: \*\s+\S+\n?)+)/.exec(tail)?.[1];
  const names =
    files
      ?.split('\n')
      .map((line) => line.replace(/^ \*\s+/, ''))
      .filter(Boolean) ?? [];
  const what = names.length > 0 ? names.join(', ') : 'its sources';
  const text = `${found[1]} has fetch restriction: put ${what} into the binhost's DISTDIR by hand`;
  return { kind: 'fetch', text, needsPerson: true };
}

function fetchFailed(tail: string): Explanation | undefined {
  const failed = [...tail.matchAll(/^!!! Couldn't download '([^']+)'\. Aborting\.$/gm)].map((match) => match[1]);
  const file = failed.findLast((name) => !name?.startsWith('.'));
  const owner = /^>>> Failed to emerge ([^\s,]+)/m.exec(tail)?.[1];
  return file && owner
    ? { kind: 'fetch', text: `${file} of ${owner} could not be fetched from any mirror` }
    : undefined;
}

function badDigest(tail: string): Explanation | undefined {
  const fetched = /^!!! Fetched file: (\S+) VERIFY FAILED!$/m.exec(tail);
  if (fetched)
    return { kind: 'fetch', text: `${fetched[1]} was fetched, but its digest is not the one in the Manifest` };
  const manifest = /^!!! Digest verification failed:\n!!! (\S+)/m.exec(tail);
  return manifest
    ? { kind: 'config', text: `${manifest[1]} does not fit its Manifest: sync the binhost's tree` }
    : undefined;
}

function phaseFailed(tail: string): Explanation | undefined {
  const found = /^ \* ERROR: (\S+?)(?:::\S+)? failed \(([a-z_-]+) phase\):\n \*\s{2,}(.*)$/m.exec(tail);
  if (!found) return undefined;
  const [, cpv, phase = '', message = ''] = found;
  const compilerError = /^\S[^\n]*?: (?:fatal )?error: [^\n]*$/m.exec(tail)?.[0];
  const detail =
    compilerError && /emake|make|ninja|meson|cargo|failed/i.test(message) ? `${message} (${compilerError})` : message;
  return { kind: 'package', text: `${cpv} failed in phase ${phase}: ${shortened(detail)}`, phase };
}

function noEbuild(tail: string): Explanation | undefined {
  const found = /^emerge: there are no ebuilds to satisfy "([^"]+)"/m.exec(tail);
  if (!found) return undefined;
  return { kind: 'config', text: `the binhost's tree has no ebuild for ${found[1]}${requiredBy(tail)}` };
}

function masked(tail: string): Explanation | undefined {
  const found = /^!!! All ebuilds that could satisfy "([^"]+)" have been masked\./m.exec(tail);
  if (!found) return undefined;
  const which = /^- (\S+) \(masked by: (.*)\)$/m.exec(tail);
  const why = which ? ` (${which[1]}: ${which[2]})` : '';
  return { kind: 'config', text: `every ebuild for ${found[1]} is masked on the binhost${why}${requiredBy(tail)}` };
}

function requiredUse(tail: string): Explanation | undefined {
  const found =
    /^- (\S+) USE="[^"]*".*\n\s*\n\s*The following REQUIRED_USE flag constraints are unsatisfied:\n\s*(.*)$/m.exec(
      tail,
    );
  return found ? { kind: 'config', text: `${found[1]} refuses these USE flags: ${found[2]?.trim()}` } : undefined;
}

function useChanges(tail: string): Explanation | undefined {
  const found =
    /^The following (USE|keyword|license|mask) changes are necessary to proceed:\n(?:.*\n)*?((?:[<>=~]\S+).*)$/m.exec(
      tail,
    );
  if (!found) return undefined;
  return { kind: 'config', text: `a ${found[1]} change is needed first: ${found[2]?.trim()}`, overlayHelps: true };
}

function circular(tail: string): Explanation | undefined {
  const found = / \* Error: circular dependencies:\n\n\((\S+?):\S* .*\n\s*\((\S+?):/.exec(tail);
  return found
    ? { kind: 'config', text: `circular dependencies: ${found[1]} and ${found[2]} need each other` }
    : undefined;
}

function blocked(tail: string): Explanation | undefined {
  const found = /^\[blocks B\s*\] \S+ \("([^"]+)" is (?:hard|soft) blocking ([^)]+)\)$/m.exec(tail);
  return found
    ? { kind: 'config', text: `${found[1]} and ${found[2]} block each other`, overlayHelps: true }
    : undefined;
}

function slotConflict(tail: string): Explanation | undefined {
  const found =
    /^!!! Multiple package instances within a single package slot[^\n]*\n(?:[^\n]*\n){1,3}?(\S+\/\S+:\S+)$/m.exec(tail);
  return found ? { kind: 'config', text: `two versions are wanted in one slot: ${found[1]}` } : undefined;
}

function dependenciesMissing(tail: string, { cpv }: EndedStep): Explanation | undefined {
  if (!tail.includes('!!! --buildpkgonly requires all dependencies to be merged.')) return undefined;
  const rows = [...tail.matchAll(/^\[(?:ebuild|binary)[^\]]*\] (\S+)/gm)].map((match) => match[1] ?? '');
  const missing = rows.filter((row) => row !== cpv && !row.startsWith(`${cpv}::`));
  const which = missing.length > 0 ? `: ${missing.slice(0, 5).join(', ')}` : '';
  return { kind: 'config', text: `dependencies of ${cpv} are not installed${which}`, overlayHelps: true };
}

/** Whose dependency it was, from emerge's own chain; the asked package itself goes without saying. */
function requiredBy(tail: string): string {
  const found = /^\(dependency required by "([^"]+)" \[(?!argument)[^\]]*\]\)$/m.exec(tail);
  return found ? `, needed by ${found[1]}` : '';
}

/** The phase that Portage announced last. */
function runningPhase(tail: string): { phase?: string } {
  const announced = [...tail.matchAll(/^>>> (Unpacking|Preparing|Configuring|Compiling|Test phase|Install) /gm)].at(
    -1,
  )?.[1];
  const phase = announced && PHASES[announced];
  return phase ? { phase } : {};
}

const PHASES: Record<string, string> = {
  Unpacking: 'unpack',
  Preparing: 'prepare',
  Configuring: 'configure',
  Compiling: 'compile',
  'Test phase': 'test',
  Install: 'install',
};

function machinery(text: string): Explanation {
  return { kind: 'machinery', text: shortened(text) };
}

function lastLine(tail: string): string {
  return tail.trimEnd().split('\n').at(-1)?.trim() || 'it printed nothing';
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** Without colours and carriage returns. */
function plain(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').replaceAll('\r', '');
}
