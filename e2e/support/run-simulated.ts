import { execa } from 'execa';
import type { SimulatedHost, SimulatedProgram } from '../sim-portage/make-host.ts';

export interface SimulatedRun {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
}

/** Runs one simulated program on its host, as a person would in a shell there. */
export async function runSimulated(
  host: SimulatedHost,
  program: SimulatedProgram,
  args: string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<SimulatedRun> {
  const [file = '', ...first] = host.programs[program];
  const { stdout, stderr, exitCode } = await execa(file, [...first, ...args], {
    reject: false,
    stripFinalNewline: false,
    env: { LC_ALL: 'C.UTF-8', ...host.env, ...options.env },
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  });
  return { stdout, stderr, exitCode };
}
