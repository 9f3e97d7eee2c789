import { formatDuration } from '@binhost/shared/time';
import type { StatusRows } from './status-rows.ts';
import type { KeyView } from './view-types.ts';

/**
 * What a person should know and can do something about. One row per situation: code, severity, title, when it holds, what
 * to do. `status`, the API and docs/operate.md take their words from here.
 */
export type Severity = 'info' | 'warning' | 'error';

export interface Warning {
  /** One word for programs; never reused for something else. */
  code: WarningCode;
  severity: Severity;
  title: string;
  /** What was seen, with names and numbers. */
  text: string;
  whatToDo: string;
}

export interface WarningFacts {
  rows: StatusRows;
  nowMs: number;
  /** Pools that a running publisher holds. */
  publishingPools: readonly string[];
  /** Why reports have not become wishes. */
  unreadReasons: readonly string[];
  /** A builder or publisher unseen for this long counts as gone, milliseconds. */
  builderSilenceMs: number;
  /** Nodes whose connections replace each other. */
  contestedNodes: readonly string[];
  keys: readonly KeyView[];
  /** publish.keyWarning */
  keyWarningMs: number;
  /** packages.url is set. */
  hasPackagesUrl: boolean;
}

interface WarningRow {
  severity: Severity;
  title: string;
  whatToDo: string;
  /** @returns what was seen; undefined where there is nothing to warn of */
  seen(facts: WarningFacts): string | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A queue in which a claimable build waits while nothing begins or ends for this long stands still. */
const STANDSTILL_MS = 10 * MINUTE_MS;
/** A handed-over build that waits longer than this has no publisher that works. */
const UNPUBLISHED_MS = 5 * MINUTE_MS;
const OFFLINE_MS = 7 * DAY_MS;
const SKEW_MS = 5 * MINUTE_MS;
/** A build that takes so many times as long as the last one of its package did is named; short ones never. */
const OVERDUE_TIMES = 3;
const OVERDUE_LEAST_MS = 30 * MINUTE_MS;
/** A chore that no builder takes for this long waits in vain. */
const CHORE_WAIT_MS = 5 * MINUTE_MS;

export const WARNINGS = {
  'no-node': {
    severity: 'info',
    title: 'No node has reported yet',
    whatToDo: 'Start binhost-agent on a node, with coordinator.url naming this machine.',
    seen: ({ rows }) => (rows.nodes.length === 0 ? 'No agent has ever connected.' : undefined),
  },
  'no-builder': {
    severity: 'error',
    title: 'No builder is running',
    whatToDo: 'Start binhost-coordinator builder (rc-service binhost-builder start); its log says why it stopped.',
    seen: ({ rows, nowMs, builderSilenceMs }) => {
      const alive = rows.builders.some((builder) => isBuilderAlive(builder, nowMs, builderSilenceMs));
      if (alive) return undefined;
      return `${countOf(rows, 'queued')} builds wait and no builder has been seen for ${formatDuration(builderSilenceMs)}.`;
    },
  },
  'key-expires': {
    severity: 'warning',
    title: 'A signing key expires',
    whatToDo:
      'Make the next one with binhost-coordinator key rotate, early enough for every node to be online once; or, for a key of your own, extend it with gpg --quick-set-expire in the home of the publisher and start the publisher again.',
    seen: ({ keys, keyWarningMs, nowMs }) => {
      const isFollowed = (pool: string): boolean => keys.some((key) => key.pool === pool && key.use === 'signs-next');
      const soon = keys.find(
        (key) =>
          key.use === 'signs' &&
          key.expiresAtMs !== null &&
          key.expiresAtMs - nowMs < keyWarningMs &&
          !isFollowed(key.pool),
      );
      if (!soon) return undefined;
      const left = (soon.expiresAtMs ?? 0) - nowMs;
      const when = left > 0 ? `expires in ${formatDuration(left)}` : 'has expired';
      return `${soon.fingerprint}, which signs the pool ${soon.pool}, ${when}.`;
    },
  },
  'no-publisher': {
    severity: 'error',
    title: 'No publisher is running',
    whatToDo: 'Start binhost-coordinator publisher (rc-service binhost-publisher start); its log says why it stopped.',
    seen: ({ publishingPools }) =>
      publishingPools.length === 0 ? 'No publisher holds a pool: finished builds stay unpublished.' : undefined,
  },
  'publishing-stands-still': {
    severity: 'error',
    title: 'A finished build is not published',
    whatToDo: "Read the publisher's log.",
    seen: ({ rows, nowMs }) => {
      const waitedMs = rows.builtSince === null ? 0 : nowMs - rows.builtSince.getTime();
      return waitedMs > UNPUBLISHED_MS ? `The oldest has waited for ${formatDuration(waitedMs)}.` : undefined;
    },
  },
  'queue-stands-still': {
    severity: 'error',
    title: 'The queue stands still',
    whatToDo: "Read the builder's log; `binhost-coordinator builds --state queued` shows what waits and why.",
    seen: ({ rows, nowMs }) => {
      if (rows.claimableSince === null || rows.active.some(({ state }) => state !== 'built')) return undefined;
      const lastMs = Math.max(rows.claimableSince.getTime(), rows.lastAttemptAt?.getTime() ?? 0);
      if (nowMs - lastMs < STANDSTILL_MS) return undefined;
      return `A build could start, and none has begun or ended for ${formatDuration(nowMs - lastMs)}.`;
    },
  },
  'build-overdue': {
    severity: 'warning',
    title: 'A build takes much longer than the last time',
    whatToDo:
      'See `binhost-coordinator log BUILD -f`; `binhost-coordinator cancel BUILD` ends it, `retry` begins anew.',
    seen: ({ rows, nowMs }) => {
      const overdue = rows.active.flatMap(({ id, cpv, state, stateSince }) => {
        const usualMs = (rows.usualSeconds.get(cpv) ?? Number.POSITIVE_INFINITY) * 1000;
        const tookMs = nowMs - stateSince.getTime();
        const isLate = state === 'building' && tookMs > Math.max(OVERDUE_LEAST_MS, OVERDUE_TIMES * usualMs);
        return isLate ? [`${cpv} (build ${id}) since ${formatDuration(tookMs)}, else ${formatDuration(usualMs)}`] : [];
      });
      return overdue.length > 0 ? `${overdue.join('; ')}.` : undefined;
    },
  },
  'builder-faults': {
    severity: 'error',
    title: 'A builder stops again and again',
    whatToDo: 'Mend what it says; it is started again by its service.',
    seen: ({ rows }) => {
      const stopped = rows.faults.filter(
        ({ process, name, at }) =>
          process === 'builder' &&
          !rows.builders.some((one) => one.name === name && one.startedAt > at && !one.stoppedAt),
      );
      return stopped.length > 0 ? stopped.map(faultText).join(' ') : undefined;
    },
  },
  'publisher-faults': {
    severity: 'error',
    title: 'A publisher cannot publish',
    whatToDo: 'Mend what it says; it goes on by itself.',
    seen: ({ rows }) => {
      const stopped = rows.faults.filter(({ process }) => process === 'publisher');
      return stopped.length > 0 ? stopped.map(faultText).join(' ') : undefined;
    },
  },
  'sync-failed': {
    severity: 'warning',
    title: "The binhost's ebuild repositories were not synced",
    whatToDo: 'Run `binhost-coordinator sync` and read what it prints; sync.command names the command.',
    seen: ({ rows, nowMs }) => {
      const chore = rows.chores.find(({ kind }) => kind === 'sync');
      if (chore?.state === 'failed') return chore.result ?? 'It failed.';
      const waitedMs = chore?.state === 'asked' ? nowMs - chore.askedAt.getTime() : 0;
      return waitedMs > CHORE_WAIT_MS ? `No builder has taken it for ${formatDuration(waitedMs)}.` : undefined;
    },
  },
  'builds-failed': {
    severity: 'warning',
    title: 'Builds have failed',
    whatToDo: 'See `binhost-coordinator builds --state failed` and `binhost-coordinator log BUILD`.',
    seen: ({ rows }) => {
      const failed = countOf(rows, 'failed');
      if (failed === 0) return undefined;
      const first = rows.failed.slice(0, 3).map(({ id, cpv, failureKind }) => `${cpv} (build ${id}, ${failureKind})`);
      return `${failed} failed: ${first.join(', ')}${failed > first.length ? ', …' : ''}.`;
    },
  },
  'look-failed': {
    severity: 'warning',
    title: "A node's last look gave no demand",
    whatToDo: 'Run `binhost-agent status` and `binhost-agent report --dry-run` on the node: they show the problems.',
    seen: ({ rows }) => {
      const names = rows.nodes.filter(({ report }) => report && report.outcome !== 'complete');
      if (names.length === 0) return undefined;
      return names.map(({ name, report }) => `${name}: ${report?.outcome}, ${report?.problems} problems`).join('; ');
    },
  },
  'reports-unread': {
    severity: 'error',
    title: 'Reports could not be turned into wishes',
    whatToDo: "It is tried again by itself; if the reason stays, mend the binhost's own Portage.",
    seen: ({ unreadReasons }) => (unreadReasons.length > 0 ? unreadReasons.join(' ') : undefined),
  },
  'wishes-refused': {
    severity: 'warning',
    title: 'A node does not take what was published for it',
    whatToDo: 'See `binhost-coordinator demand`: the reason names the difference.',
    seen: ({ rows }) => {
      const refused = rows.wishCounts.filter(({ state }) => state === 'refused');
      const total = refused.reduce((sum, { count }) => sum + count, 0);
      return total > 0 ? `${total} wishes are refused.` : undefined;
    },
  },
  'node-offline': {
    severity: 'warning',
    title: 'A node has been away for long',
    whatToDo: 'Start its agent.',
    seen: ({ rows, nowMs }) => {
      const away = rows.nodes.filter(
        ({ connectedAt, lastSeenAt }) => connectedAt === null && nowMs - lastSeenAt.getTime() > OFFLINE_MS,
      );
      return away.length > 0 ? `Not seen for a week: ${away.map(({ name }) => name).join(', ')}.` : undefined;
    },
  },
  'node-contested': {
    severity: 'error',
    title: 'Two machines use one node name',
    whatToDo:
      'Give one of them another name (node.name in its /etc/binhost-agent/agent.toml) and, if it is a copy of the other, a join of its own.',
    seen: ({ contestedNodes }) =>
      contestedNodes.length > 0
        ? `Connections replace each other again and again: ${contestedNodes.join(', ')}.`
        : undefined,
  },
  'clock-skew': {
    severity: 'warning',
    title: "A node's clock differs",
    whatToDo: 'Set its clock, for example with chronyd: Portage compares times of indexes.',
    seen: ({ rows }) => {
      const skewed = rows.nodes.filter(({ clockSkewMs }) => Math.abs(clockSkewMs ?? 0) > SKEW_MS);
      if (skewed.length === 0) return undefined;
      return skewed
        .map(({ name, clockSkewMs }) => `${name} by ${formatDuration(Math.abs(clockSkewMs ?? 0))}`)
        .join(', ');
    },
  },
  'no-packages-url': {
    severity: 'info',
    title: 'Nodes are not told where the packages are',
    whatToDo: 'Set packages.url to how nodes reach this machine, such as http://binhost:8080.',
    seen: ({ hasPackagesUrl }) => (hasPackagesUrl ? undefined : 'packages.url is empty.'),
  },
} as const satisfies Record<string, WarningRow>;

export type WarningCode = keyof typeof WARNINGS;

/** All warnings that hold now, errors first. Pure. */
export function findWarnings(facts: WarningFacts): Warning[] {
  const found = Object.entries(WARNINGS).flatMap(([code, { severity, title, whatToDo, seen }]) => {
    const text = seen(facts);
    return text === undefined ? [] : [{ code: code as WarningCode, severity, title, text, whatToDo }];
  });
  const order: Severity[] = ['error', 'warning', 'info'];
  return found.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** True while it has not stopped and was seen lately. */
export function isBuilderAlive(
  builder: { seenAt: Date; stoppedAt: Date | null },
  nowMs: number,
  silenceMs: number,
): boolean {
  return builder.stoppedAt === null && nowMs - builder.seenAt.getTime() <= silenceMs;
}

function faultText({ process, name, text, times }: StatusRows['faults'][number]): string {
  const who = process === 'builder' ? name : `pool ${name}`;
  return `${who} (${times} ${times === 1 ? 'time' : 'times'}): ${text}`;
}

function countOf(rows: StatusRows, state: string): number {
  return rows.buildCounts.find((row) => row.state === state)?.count ?? 0;
}
