import type { Clock } from '@binhost/shared/time';
import { makeRateLimit } from './rate-limit.ts';

/** What one node may ask of the coordinator, however often it connects. Kept in memory: a restart begins anew. */
export interface NodeBudgets {
  /**
   * Takes one report from the node's hour.
   *
   * @returns undefined where it may be stored; else the sentence that its owner reads, with what to do
   */
  takeReport(nodeId: string): string | undefined;
  /** Takes the bytes of log lines that the node causes. @returns whether they may be written */
  takeLog(nodeId: string, bytes: number): boolean;
}

export interface BudgetSettings {
  reportsPerHour: number;
  /** Bytes. */
  logPerHour: number;
}

/** Nodes are known people's: many of them are no attack. */
const NO_LIMIT_OF_ALL = Number.MAX_SAFE_INTEGER;
const MINUTES = 60;

export function makeNodeBudgets(settings: BudgetSettings, clock: Clock): NodeBudgets {
  const hourly = (perHour: number) =>
    makeRateLimit({ perMinute: perHour / MINUTES, burst: perHour, perMinuteOfAll: NO_LIMIT_OF_ALL, clock });
  const reports = hourly(settings.reportsPerHour);
  const log = hourly(settings.logPerHour);
  return {
    takeReport: (nodeId) => {
      const waitMs = reports.take(nodeId);
      if (waitMs === 0) return undefined;
      return (
        `this node has sent more than ${settings.reportsPerHour} reports within an hour (limits.reportsPerHour of the coordinator); ` +
        `the next is taken in ${Math.ceil(waitMs / 1000)} s. Is look.interval of its agent too short?`
      );
    },
    takeLog: (nodeId, bytes) => log.take(nodeId, bytes) === 0,
  };
}
