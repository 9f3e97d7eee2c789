import type { BoundDependency, BuildJob, FacePackage } from '../queue/build-job.ts';

/**
 * The face: what the files below /etc/portage must say so that the build root wants a package exactly as the demanding node
 * wants it. Only packages that the node named are mentioned; every other package stays as the root has it.
 *
 * @returns file name below /etc/portage → text, each ending in a newline
 */
export function faceFiles(job: Pick<BuildJob, keyof FacePackage | 'bindings' | 'face'>): Map<string, string> {
  const packages = facePackages(job);
  const lines = (line: (one: FaceLine) => string): string =>
    packages
      .map(line)
      .filter(Boolean)
      .map((text) => `${text}\n`)
      .join('');
  return new Map([
    [`package.use/${FACE_FILE}`, lines(useLine)],
    [`package.accept_keywords/${FACE_FILE}`, lines(({ atom }) => `${atom} **`)],
    [`package.unmask/${FACE_FILE}`, lines(({ atom }) => atom)],
    [`package.license/${FACE_FILE}`, lines(({ atom }) => `${atom} *`)],
    // A profile may mask or force a flag that it left alone on the node: what the node has enabled is unmasked, what it has
    // disabled is not forced. These files take no repository in an atom.
    ['profile/package.use.mask', lines((one) => flagLine(`=${one.cpv}`, one.useEnabled))],
    ['profile/package.use.force', lines((one) => flagLine(`=${one.cpv}`, one.useDisabled))],
  ]);
}

/** How our file is called where Portage takes a directory: read last, so that it wins over the files before it. */
export const FACE_FILE = 'zz-binhost-face';

/** The exact atom of a package: `=category/name-version::repository`. */
export function exactAtom(one: { cpv: string; repository: string | null }): string {
  return one.repository ? `=${one.cpv}::${one.repository}` : `=${one.cpv}`;
}

interface FaceLine {
  atom: string;
  cpv: string;
  useEnabled: string[];
  useDisabled: string[];
  /** Whether every flag of the package that is not enabled is off: only the enabled ones are known of a bound dependency. */
  isComplete: boolean;
}

/** The target last, so that its flags win; a bound dependency that the node merges itself is known with both lists. */
function facePackages(job: Pick<BuildJob, keyof FacePackage | 'bindings' | 'face'>): FaceLine[] {
  const named = [...job.face.filter((one) => one.cpv !== job.cpv || one.repository !== job.repository), job];
  const namedCpvs = new Set(named.map((one) => one.cpv));
  const bound = job.bindings.filter((one) => !namedCpvs.has(one.cpv));
  return [...bound.map(boundLine), ...named.map(namedLine)];
}

function boundLine(one: BoundDependency): FaceLine {
  return { atom: exactAtom(one), cpv: one.cpv, useEnabled: one.useEnabled, useDisabled: [], isComplete: true };
}

function namedLine(one: FacePackage): FaceLine {
  const { cpv, useEnabled, useDisabled } = one;
  return { atom: exactAtom(one), cpv, useEnabled, useDisabled, isComplete: false };
}

function useLine(one: FaceLine): string {
  const flags = [...(one.isComplete ? ['-*'] : []), ...one.useEnabled, ...one.useDisabled.map((flag) => `-${flag}`)];
  return flags.length === 0 ? '' : `${one.atom} ${flags.join(' ')}`;
}

/** `-flag` in a file of masks takes the mask away; likewise in a file of forced flags. */
function flagLine(atom: string, flags: string[]): string {
  return flags.length === 0 ? '' : `${atom} ${flags.map((flag) => `-${flag}`).join(' ')}`;
}
