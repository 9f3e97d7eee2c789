/** The entry of binrepos.conf by which Portage finds the pool. Pure text. */

export interface RepositoryEntry {
  /** The text that will be there. */
  text: string;
  /** Name of its section. */
  name: string;
}

export interface RepositoryQuestion {
  /** The file that will hold it, without an entry of an earlier join; null: there is none. */
  base: string | null;
  /** Everything else of binrepos.conf. */
  others: string;
  packagesUrl: string;
}

/** Above the usual ones; another entry may have it, too, and is then overtaken by one. */
const PRIORITY = 9999;

/**
 * A section of our own: a priority above all that is there, a location of its own, signatures verified. A section of the
 * same name in the same file was ours, or written by hand for this very purpose, and is replaced.
 */
export function repositoryEntry({ base, others, packagesUrl }: RepositoryQuestion): RepositoryEntry {
  const taken = sectionNames(others);
  const name = ['binhost', 'binhost-agent'].find((one) => !taken.includes(one)) ?? 'binhost-joined';
  const rest = withoutSection(base ?? '', name);
  const priority = Math.max(PRIORITY, ...prioritiesOf(`${others}\n${rest}`).map((one) => one + 1));
  const entry = [
    COMMENT,
    `[${name}]`,
    `priority = ${priority}`,
    `sync-uri = ${packagesUrl}`,
    `location = /var/cache/binhost/${name}`,
    'verify-signature = true',
    '',
  ].join('\n');
  const head = rest.trim() === '' ? '' : `${rest.trimEnd()}\n\n`;
  return { name, text: `${head}${entry}` };
}

const COMMENT = '# Made by binhost-agent join; binhost-agent leave takes it out.';

function sectionNames(text: string): string[] {
  return [...text.matchAll(/^\s*\[([^\]]+)\]/gm)].map((match) => (match[1] ?? '').trim());
}

function prioritiesOf(text: string): number[] {
  return [...text.matchAll(/^\s*priority\s*[=:]\s*(-?\d+)\s*$/gm)].map((match) => Number(match[1]));
}

/** @returns the text without the section's lines and our comment before it */
function withoutSection(text: string, name: string): string {
  let isInside = false;
  return text
    .split('\n')
    .filter((line) => {
      const head = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
      if (head !== undefined) isInside = head === name;
      return !isInside && line !== COMMENT;
    })
    .join('\n');
}
