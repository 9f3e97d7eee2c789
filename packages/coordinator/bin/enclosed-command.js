// The first process of one build step. It is started in namespaces of its own, its capabilities gone already, and waits
// there for its root to be put in place; what it is then told to run, it runs. Everything that it needs is loaded before
// it says that it waits: afterwards this machine's files are out of its reach.
import { spawn } from 'node:child_process';

process.once('message', ({ argv: [file, ...args], env }) => {
  process.disconnect();
  const child = spawn(file, args, { env, cwd: '/', stdio: ['ignore', 'inherit', 'inherit'] });
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.once('exit', (code) => process.exit(code ?? 1));
});
// A working directory of this machine would stay one, whatever becomes of the root.
process.chdir('/');
process.send('waiting');
