import { spawn } from 'node:child_process';

/** Runs a program in the project's root with its output shown as it comes; resolves with the exit status, 1 for a signal. */
export function runProgram(root: string, argv: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
