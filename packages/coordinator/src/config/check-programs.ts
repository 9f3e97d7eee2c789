import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { coordinatorError } from '../coordinator-errors.ts';
import { portageEnvironment } from './portage-environment.ts';

/**
 * Says at a process's start whether the programs that it will call are there at all; what they answer is asked later.
 *
 * @param commands by configuration key, such as `portage.gpg`: program and first arguments
 * @throws PROGRAM_MISSING naming the first that is not there
 */
export function checkPrograms(
  commands: Readonly<Record<string, readonly string[]>>,
  searchPath = portageEnvironment()['PATH'] ?? '',
): void {
  for (const [key, [program = '']] of Object.entries(commands)) {
    const places = program.includes('/') ? [program] : searchPath.split(delimiter).map((place) => join(place, program));
    if (program !== '' && places.some(isProgram)) continue;
    const where = program.includes('/') ? 'nothing that can be run' : 'none on PATH';
    throw coordinatorError('PROGRAM_MISSING', `${key}: expected the program '${program}', found ${where}`, {
      hint: `Install it, or name another one with ${key}.`,
    });
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
