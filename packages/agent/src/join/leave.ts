import { rmSync, statSync } from 'node:fs';
import type { Clock } from '@binhost/shared/time';
import type { AgentConfig } from '../config/agent-config.ts';
import { countOtherKeys, type Keyring, readListedKeys, removeKey } from '../keyring/run-keyring.ts';
import { readOwnFile, removeEmptyDirectories, removeOwnFile, writeOwnFile } from './change-file.ts';
import { stepText } from './join.ts';
import { type JoinRecord, joinRecordFile } from './join-record.ts';
import { changedLines, type OwnFile, withoutOurs } from './own-file.ts';
import { runServiceAct } from './run-service.ts';

/** Undoes what join did on this machine, by its record, in the other order; what others have changed since stays. */
export interface LeaveParts {
  config: AgentConfig;
  clock: Clock;
  signal: AbortSignal;
  print: (text: string) => void;
  confirm: () => Promise<boolean>;
  /** Tells the coordinator; what it throws is shown and stops nothing. */
  tellCoordinator: (record: JoinRecord) => Promise<void>;
}

interface UndoStep {
  title: string;
  changes: string[];
  run(): Promise<void>;
}

/** @returns whether anything was there to be undone, and has been */
export async function leaveNode({ dryRun }: { dryRun: boolean }, parts: LeaveParts): Promise<boolean> {
  const { config, print } = parts;
  const record = joinRecordFile(config.paths.state).load();
  if (!record) {
    print(`Nothing to undo: no join is recorded in ${config.paths.state}.\n`);
    return false;
  }
  const steps = await planLeave(record, parts);
  print(
    `${dryRun ? 'Would leave' : 'Leaves'} ${record.address}, where this machine is the node ${record.nodeName}.\n\n`,
  );
  print(`${steps.map(stepText).join('')}\n`);
  if (dryRun) return false;
  if (!(await parts.confirm())) {
    print('Nothing was changed.\n');
    return false;
  }
  // First, while the identity is still here: from then on nobody can come in by it.
  await parts.tellCoordinator(record);
  for (const step of steps) {
    await step.run();
    if (step.changes.length > 0) print(`done   ${step.title}\n`);
  }
  print('\nThis machine is no node any more.\n');
  return true;
}

async function planLeave(record: JoinRecord, parts: LeaveParts): Promise<UndoStep[]> {
  return [
    ...(record.service ? [undoService(parts)] : []),
    ...(record.keyring ? [await undoKeyring(record.keyring, parts)] : []),
    ...record.files.map(undoFile).toReversed(),
    undoState(record, parts),
  ];
}

function undoService(parts: LeaveParts): UndoStep {
  return {
    title: 'the service binhost-agent',
    changes: ['- stop it', '- start it with the system'],
    run: async () => {
      await runServiceAct('stop', parts);
      await runServiceAct('disable', parts);
    },
  };
}

async function undoKeyring(
  { home, madeHome, brought }: NonNullable<JoinRecord['keyring']>,
  { config, clock, signal }: LeaveParts,
): Promise<UndoStep> {
  const keyring: Keyring = { gpg: config.portage.gpg, home, clock, signal };
  const there = await readListedKeys(keyring);
  const isThere = madeHome && statSync(home, { throwIfNoEntry: false }) !== undefined;
  if (isThere && (there.length === 0 || (await countOtherKeys(keyring, brought)) === 0)) {
    const changes = ['- the keyring, which join made and which holds nothing else'];
    return { title: home, changes, run: async () => rmSync(home, { recursive: true, force: true }) };
  }
  const ours = brought.filter((fingerprint) => there.some((key) => key.fingerprint === fingerprint));
  return {
    title: `the keys in ${home}`,
    changes: ours.map((fingerprint) => `- the key ${fingerprint}`),
    run: async () => {
      for (const fingerprint of ours) await removeKey(keyring, fingerprint);
    },
  };
}

function undoFile({ path, ...own }: OwnFile): UndoStep {
  const current = readOwnFile(path);
  const target = withoutOurs(current, own);
  return {
    title: path,
    changes: current === target ? [] : changedLines(current, target),
    run: async () => {
      if (current === target) return;
      if (target === null) removeOwnFile(path);
      else writeOwnFile(path, target, 0o644);
    },
  };
}

/** The identity, the CA and the record itself come last: until then the same command goes on where it stopped. */
function undoState({ made }: JoinRecord, { config }: LeaveParts): UndoStep {
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const files = made.filter(isFile);
  return {
    title: 'the identity of this node',
    changes: files.map((path) => `- ${path}`),
    run: async () => {
      for (const path of files) removeOwnFile(path);
      joinRecordFile(config.paths.state).remove();
      removeEmptyDirectories(made.filter((path) => !files.includes(path)));
    },
  };
}
