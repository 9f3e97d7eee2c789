import { execa } from 'execa';
import type { SimulatedHost } from '../sim-portage/make-host.ts';
import { type AgentOptions, agentProgram, writeAgentSettings } from './start-agent.ts';
import { coordinatorProgram } from './start-coordinator.ts';

/** Makes a join token as the owner of the binhost does. @returns the line to paste on the node */
export async function createToken(coordinatorConfigFile: string, args: string[] = []): Promise<string> {
  const argv = [coordinatorProgram, 'token', 'create', '--config', coordinatorConfigFile, ...args];
  const { stdout } = await execa(process.execPath, argv);
  return stdout;
}

export interface JoinOptions extends AgentOptions {
  /** Of the coordinator that it joins. */
  coordinator: { configFile: string };
  /** Steps of join that somebody leaves out. */
  skip?: readonly ('repository' | 'key')[];
}

/**
 * Makes a simulated machine a node, as people do it: a token made on the binhost, its line pasted on the node. Services of
 * the machine that plays all this are left alone.
 *
 * @returns what join printed @throws with what it said where it fails
 */
export async function joinNode({ coordinator, skip = [], ...node }: JoinOptions): Promise<string> {
  const configFile = await writeAgentSettings(node);
  const line = await createToken(coordinator.configFile, ['--name', node.name]);
  const skipped = [...skip, 'service'].flatMap((step) => ['--skip', step]);
  const run = await runOnNode({ configFile, host: node.host }, [line, '--yes', ...skipped].join(' '));
  if (run.exitCode === 0) return run.stdout;
  throw new Error(`${node.name} could not join: ${run.stderr}\n${run.stdout}`);
}

export interface NodeCommand {
  /** The agent's configuration; join makes it where there is none. */
  configFile: string;
  host: SimulatedHost;
}

export interface CommandRun {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
}

/**
 * Runs a pasted line, or another command of the agent, as a person would on the node.
 *
 * @param line `binhost-agent join TOKEN`, with further words behind it
 */
export async function runOnNode({ configFile, host }: NodeCommand, line: string): Promise<CommandRun> {
  const [, ...args] = line.trim().split(/\s+/);
  const { stdout, stderr, exitCode } = await execa(process.execPath, [agentProgram, ...args, '--config', configFile], {
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    env: host.env,
  });
  return { stdout, stderr, exitCode };
}
