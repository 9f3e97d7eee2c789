/**
 * All that the agent knows of one package, for `binhost-agent why`. Pure; a field is added, never changed.
 */
import type { MergeEntryOnWire, Report, WishView } from '@binhost/shared/protocol';
import { isMeant } from '../link/choose-build.ts';
import type { AgentStatus } from './agent-status.ts';

export interface WishExplanation {
  atom: string;
  wishes: (WishView & { whatToDo: string })[];
  /** The last look's rows of it. */
  rows: Pick<MergeEntryOnWire, 'kind' | 'cpv' | 'buildId' | 'change' | 'repository' | 'use'>[];
  problems: { code: string; message: string; lines: string[] }[];
  proofs: AgentStatus['proofs'];
  /** Why nothing better can be said, or what stands in the way of all packages; empty: nothing. */
  situations: AgentStatus['situations'];
  /** One sentence where no wish is known. */
  summary: string;
}

export function explainWish(atom: string, status: AgentStatus, report: Report | null): WishExplanation {
  const isOf = ({ cpv }: { cpv: string }): boolean => isMeant(atom, cpv);
  const wishes = (status.wishes?.list ?? []).filter(isOf);
  const rows = (report?.entries ?? []).filter(isOf);
  const names = [atom.replace(/^=/, ''), ...[...wishes, ...rows].map(({ cpv }) => cpv)];
  const problems = (report?.problems ?? []).filter(({ atom: of, message, lines }) =>
    names.some((name) => [of ?? '', message, ...lines].some((text) => text.includes(name))),
  );
  return {
    atom,
    wishes: wishes.map((wish) => ({ ...wish, whatToDo: whatToDo(wish) })),
    rows: rows.map(({ kind, cpv, buildId, change, repository, use }) => ({
      kind,
      cpv,
      buildId,
      change,
      repository,
      use,
    })),
    problems: problems.map(({ code, message, lines }) => ({ code, message, lines })),
    proofs: status.proofs.filter(isOf),
    situations: status.situations,
    summary: summaryOf({ atom, hasWish: wishes.length > 0, rows }, status, report),
  };
}

interface Known {
  atom: string;
  hasWish: boolean;
  rows: MergeEntryOnWire[];
}

function summaryOf({ atom, hasWish, rows }: Known, status: AgentStatus, report: Report | null): string {
  if (hasWish) return '';
  if (!report) return 'There was no look since the agent started.';
  if (rows.length === 0) {
    return report.outcome === 'complete'
      ? `The last look does not name ${atom}: it is installed as this node wants it, or not wanted at all.`
      : `The last look was ${report.outcome}, so it is not known whether this node wants ${atom}.`;
  }
  if (rows.every(({ kind }) => kind !== 'ebuild')) return 'Portage takes it as a binary, so there is no wish for it.';
  if (report.outcome !== 'complete') return `The last look was ${report.outcome}: its rows are no demand.`;
  return status.wishes === null
    ? 'The coordinator has not said yet what it makes of it.'
    : 'The coordinator has no wish for it: it may be needed for building only.';
}

const BY_STATE: Record<WishView['state'], string> = {
  waiting: 'Nothing to do: it comes by itself.',
  published: 'The agent looks again by itself; binhost-agent report looks at once.',
  ready: 'Install it: emerge -g takes the binary.',
  refused: 'Remove what the reason names, then run binhost-agent report.',
  unbuildable: 'See the reason; the binhost tries again when it is gone.',
  excluded: 'Nothing: this node compiles it, or the owner of the binhost changes the policy.',
  gone: 'Nothing: the node no longer wants it.',
};

const BY_BUILD: Partial<Record<NonNullable<WishView['buildState']>, string>> = {
  failed: 'binhost-agent log shows why; on the binhost, binhost-coordinator retry tries again.',
  held: 'The owner of the binhost must approve the build.',
  quarantined: 'The owner of the binhost must approve it before it is published.',
  cancelled: 'On the binhost, binhost-coordinator retry builds it after all.',
  building: 'Nothing to do: binhost-agent log -f shows it being built.',
  blocked: 'Nothing to do: other packages are built first.',
};

function whatToDo({ state, buildState }: WishView): string {
  const byBuild = state === 'waiting' && buildState !== null ? BY_BUILD[buildState] : undefined;
  return byBuild ?? BY_STATE[state];
}
