import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JoinAnswer } from '@binhost/shared/protocol';
import type { AgentConfig } from '../config/agent-config.ts';
import { keyringWords, planKeyring } from '../keyring/plan-keyring.ts';
import { doKeyringAct, extractKey, type Keyring, readKeyring } from '../keyring/run-keyring.ts';
import { missingDirectories, readOwnFile, writeOwnFile } from './change-file.ts';
import type { JoinRecord } from './join-record.ts';
import { JOIN_STEPS, type JoinStepName } from './join-step-names.ts';
import { baseOf, changedLines } from './own-file.ts';
import { POSTSYNC_HOOK } from './postsync-hook.ts';
import { repositoryEntry } from './repository-entry.ts';
import { findProgram, readService, runServiceAct, SERVICE } from './run-service.ts';
import { withSettings } from './settings-text.ts';

/** What is there → what would change. */
export interface PlannedStep {
  name: JoinStepName;
  /** What it is about: a path, mostly. */
  title: string;
  /** `+ ` and `- ` lines; empty: it is right as it is. */
  changes: string[];
  /** Why it is not done at all; absent: it is. */
  skipped?: string;
  run(record: RecordKeeper): Promise<void>;
}

/** The record as it grows; every change is on disk before the deed. */
export interface RecordKeeper {
  readonly value: JoinRecord;
  update(change: Partial<JoinRecord>): void;
}

export interface StepParts {
  config: AgentConfig;
  configFile: string;
  /** PATH */
  searchPath: string;
  /** Of the token. */
  address: string;
  fingerprint: string;
  answer: JoinAnswer;
  /** Of an earlier join. */
  recorded: JoinRecord | undefined;
  keyring: Keyring;
  skip: readonly JoinStepName[];
}

export async function planJoin(parts: StepParts): Promise<PlannedStep[]> {
  const plans = { config: planConfig, repository: planRepository, key: planKey, hook: planHook, service: planService };
  const steps: PlannedStep[] = [];
  for (const name of JOIN_STEPS) {
    const step = await plans[name](parts);
    steps.push(parts.skip.includes(name) ? { ...step, changes: [], skipped: `left out by --skip ${name}` } : step);
  }
  return steps;
}

interface WantedFile {
  name: JoinStepName;
  path: string;
  mode: number;
  /** @param base the file without what an earlier join put in */
  text: (base: string | null) => string;
}

function planFile({ recorded }: StepParts, { name, path, mode, text }: WantedFile): PlannedStep {
  const current = readOwnFile(path);
  const before = baseOf(
    current,
    recorded?.files.find((one) => one.path === path),
  );
  const after = text(before);
  return {
    name,
    title: path,
    changes: current === after ? [] : changedLines(current, after),
    run: async (record) => {
      if (current === after) return;
      const made = missingDirectories(path).filter((one) => !record.value.made.includes(one));
      const files = [...record.value.files.filter((one) => one.path !== path), { path, before, after }];
      record.update({ files, made: [...record.value.made, ...made] });
      writeOwnFile(path, after, mode);
    },
  };
}

async function planConfig(parts: StepParts): Promise<PlannedStep> {
  const { config, configFile, address, answer, recorded } = parts;
  const known = recorded?.files.find((one) => one.path === configFile);
  return planFile(parts, {
    name: 'config',
    path: configFile,
    mode: 0o644,
    text: (base) => {
      const withUrl = withSettings(base ?? NEW_CONFIG, { 'coordinator.url': address });
      const withName = withSettings(withUrl, { 'node.name': answer.nodeName });
      // A name that an earlier join set stays: the configuration says the right one only because of it.
      return config.node.name !== answer.nodeName || known?.after === withName ? withName : withUrl;
    },
  });
}

const NEW_CONFIG = '# Made by binhost-agent join; every key stands in docs/config-agent.md.\n';

async function planRepository(parts: StepParts): Promise<PlannedStep> {
  const directory = join(parts.config.portage.root, 'etc/portage/binrepos.conf');
  const found = await stat(directory).catch(() => undefined);
  const path = found?.isFile() ? directory : join(directory, 'binhost.conf');
  const names = found?.isDirectory() ? (await readdir(directory)).filter((name) => name !== 'binhost.conf') : [];
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8').catch(() => '')));
  const { packagesUrl } = parts.answer;
  return planFile(parts, {
    name: 'repository',
    path,
    mode: 0o644,
    text: (base) => repositoryEntry({ base, others: texts.join('\n'), packagesUrl }).text,
  });
}

async function planKey(parts: StepParts): Promise<PlannedStep> {
  const { keyring, fingerprint, answer, config, searchPath } = parts;
  const state = await readKeyring(keyring, fingerprint);
  const hasGetuto = config.portage.root === '/' && (await findProgram('getuto', searchPath));
  const acts = planKeyring(state, hasGetuto);
  return {
    name: 'key',
    title: `${fingerprint} in ${keyring.home}`,
    changes: keyringWords(acts),
    run: async (record) => {
      const known = record.value.keyring;
      const brought = acts.includes('import') ? [fingerprint] : [];
      const keyringNow = {
        home: keyring.home,
        madeHome: known?.madeHome || acts.includes('make-directory'),
        brought: [...new Set([...(known?.brought ?? []), ...brought])],
      };
      const made = acts.length > 0 ? missingDirectories(keyring.home) : [];
      record.update({ keyring: keyringNow, made: [...record.value.made, ...made] });
      if (acts.length === 0) return;
      const key = await extractKey(keyring, answer.signingKey, fingerprint);
      for (const act of acts) await doKeyringAct(keyring, act, { key, fingerprint });
    },
  };
}

async function planHook(parts: StepParts): Promise<PlannedStep> {
  const path = join(parts.config.portage.root, 'etc/portage/postsync.d/binhost-agent');
  return planFile(parts, { name: 'hook', path, mode: 0o755, text: () => POSTSYNC_HOOK });
}

async function planService({ config, searchPath, keyring }: StepParts): Promise<PlannedStep> {
  const step = { name: 'service' as const, title: `the service ${SERVICE}` };
  const idle = async () => {};
  if (config.portage.root !== '/') {
    return { ...step, changes: [], skipped: 'this Portage is not at /', run: idle };
  }
  const { hasOpenRc, isInstalled, isEnabled } = await readService(searchPath);
  if (!hasOpenRc) {
    return {
      ...step,
      changes: [],
      skipped: 'no OpenRC here: have binhost-agent run started with the system',
      run: idle,
    };
  }
  if (!isInstalled) {
    const skipped = 'no /etc/init.d/binhost-agent: install packaging/openrc/binhost-agent.initd there, then join again';
    return { ...step, changes: [], skipped, run: idle };
  }
  return {
    ...step,
    changes: [...(isEnabled ? [] : ['+ start it with the system']), '+ start it now'],
    run: async (record) => {
      if (!isEnabled) {
        record.update({ service: true });
        await runServiceAct('enable', keyring);
      }
      await runServiceAct('restart', keyring);
    },
  };
}
