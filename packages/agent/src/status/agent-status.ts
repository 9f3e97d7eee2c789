/**
 * STEP status: what the agent knows, as one value. In: facts of the running agent. Out: AgentStatus, which status.sock answers
 * with and `binhost-agent status --json` prints. Pure; a field is added, never changed.
 */
import type { IndexFacts, Proofs, Report, Welcome, Wishes, WishView } from '@binhost/shared/protocol';
import type { LinkView } from '../link/coordinator-link.ts';
import { type Situation, type SituationView, situationSentence, situationView } from '../situations.ts';

export interface AgentStatus {
  node: string;
  version: string;
  /** Wall clock when this was made; all `…Ms` times are milliseconds since the epoch. */
  nowMs: number;
  startedAtMs: number;
  link: LinkView & {
    /** Empty: none is configured. */
    coordinator: string;
    /** From the newest welcome; null: never welcomed since the start. */
    pool: string | null;
    packagesUrl: string | null;
    coordinatorVersion: string | null;
  };
  /** The binhost's signing keys, as it named them last; null: it has not, or join left them to this node's owner. */
  signingKeys: SigningKeyView[] | null;
  /** A look that runs now. */
  looking: { sinceMs: number; reason: string } | null;
  lastLook: LookView | null;
  nextLook: { atMs: number; reason: string };
  /** All live wishes of this node as the coordinator last said; null: it has not said since the start. */
  wishes: { madeAtMs: number; list: WishView[] } | null;
  /** Proofs of the last look that had any. */
  proofs: Proofs['results'];
  /** The first of `situations` in one paragraph; null: there is none. */
  trouble: string | null;
  /** What keeps this node from saying what it wants, or from taking what is published: each with what to do. */
  situations: SituationView[];
  /** What was wrong with the last event's hooks. */
  hookProblems: string[];
}

export interface SigningKeyView {
  /** Upper-case hexadecimal. */
  fingerprint: string;
  /** Portage takes what it signs. */
  isTrusted: boolean;
}

/** One look in short. */
export interface LookView {
  number: number;
  reason: string;
  lookedAtMs: number;
  tookMs: number;
  outcome: Report['outcome'];
  /** Rows of the list that Portage would compile, and that it would take as binaries. */
  ebuilds: number;
  binaries: number;
  problems: { code: string; message: string }[];
  /** The coordinator has it. */
  isAcknowledged: boolean;
}

/** What changes while the agent runs and nobody else keeps. */
export interface ShownFacts {
  startedAtMs: number;
  looking: AgentStatus['looking'];
  lastLook: Omit<LookView, 'isAcknowledged'> | null;
  welcome: Welcome | null;
  signingKeys: AgentStatus['signingKeys'];
  wishes: Wishes | null;
  /** The pool's index, as the coordinator told it last; null: it tells none. */
  index: IndexFacts | null;
  proofs: Proofs['results'];
  lastReport: Report | null;
  /** By who finds them: each replaces its own with every look. */
  situations: Record<'fault' | 'trust' | 'keys' | 'state' | 'look' | 'prove' | 'link', Situation[]>;
}

export function shownFacts(startedAtMs: number): ShownFacts {
  return {
    startedAtMs,
    looking: null,
    lastLook: null,
    welcome: null,
    signingKeys: null,
    wishes: null,
    index: null,
    proofs: [],
    lastReport: null,
    situations: { fault: [], trust: [], keys: [], state: [], look: [], prove: [], link: [] },
  };
}

export interface StatusParts {
  node: string;
  version: string;
  coordinator: string;
  nowMs: number;
  shown: ShownFacts;
  hookProblems: readonly string[];
  link: LinkView;
  nextLook: AgentStatus['nextLook'];
  lastAcknowledgedReport: number;
}

export function agentStatus(parts: StatusParts): AgentStatus {
  const { shown, link, coordinator } = parts;
  const { welcome, wishes, lastLook } = shown;
  const situations = Object.values(shown.situations).flat();
  return {
    node: parts.node,
    version: parts.version,
    nowMs: parts.nowMs,
    startedAtMs: shown.startedAtMs,
    link: {
      ...link,
      coordinator,
      pool: welcome?.pool ?? null,
      packagesUrl: welcome?.packagesUrl ?? null,
      coordinatorVersion: welcome?.coordinatorVersion ?? null,
    },
    signingKeys: shown.signingKeys,
    looking: shown.looking,
    lastLook: lastLook && { ...lastLook, isAcknowledged: lastLook.number <= parts.lastAcknowledgedReport },
    nextLook: parts.nextLook,
    wishes: wishes && { madeAtMs: wishes.madeAtMs, list: wishes.wishes },
    proofs: shown.proofs,
    trouble: situations[0] ? situationSentence(situations[0]) : null,
    situations: situations.map(situationView),
    hookProblems: [...parts.hookProblems],
  };
}

export function lookView(report: Report, reason: string): Omit<LookView, 'isAcknowledged'> {
  const count = (kind: string): number => report.entries.filter((entry) => entry.kind === kind).length;
  return {
    number: report.number,
    reason,
    lookedAtMs: report.lookedAtMs,
    tookMs: report.tookMs,
    outcome: report.outcome,
    ebuilds: count('ebuild'),
    binaries: count('binary'),
    problems: report.problems.map(({ code, message }) => ({ code, message })),
  };
}

/** Wishes in these states need nothing more: usable, or by policy never served. */
const SETTLED = ['ready', 'excluded', 'gone'];

/**
 * Exit status of `binhost-agent status`: 0 all is well and every wish is ready (or excluded by policy, or there is none);
 * 1 something waits or failed, or is not known yet.
 */
export function statusExitCode(status: AgentStatus): 0 | 1 {
  const isHealthy =
    status.link.state === 'online' && status.lastLook?.outcome === 'complete' && status.trouble === null;
  const isSettled = status.wishes?.list.every(({ state }) => SETTLED.includes(state)) ?? false;
  return isHealthy && isSettled ? 0 : 1;
}
