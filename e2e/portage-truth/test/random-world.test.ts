import { describe, expect, it } from 'vitest';
import { randomWorld } from '../random-world.ts';
import { cpvOf } from '../world.ts';
import { worldFiles } from '../world-files.ts';

const seeds = Array.from({ length: 25 }, (_, at) => at);

describe('randomWorld', () => {
  it('makes the same world for the same seed, and another for another', () => {
    expect(randomWorld(7)).toEqual(randomWorld(7));
    expect(randomWorld(8)).not.toEqual(randomWorld(7));
  });

  it.each(seeds)('names no file twice with another text: seed %i', (seed) => {
    const world = randomWorld(seed);
    const texts = new Map<string, string>();
    for (const { path, text } of worldFiles(world, '/world')) {
      expect(texts.get(path) ?? text, path).toBe(text);
      texts.set(path, text);
    }
  });

  it('has several repositories, binhosts and binaries of one version among its worlds', () => {
    const worlds = seeds.map(randomWorld);
    expect(worlds.some((world) => world.repositories.length > 1)).toBe(true);
    expect(worlds.some((world) => Object.keys(world.binhosts).length > 1)).toBe(true);
    expect(worlds.some(({ binhosts }) => new Set(binhosts.ours?.map(cpvOf)).size < (binhosts.ours?.length ?? 0))).toBe(
      true,
    );
    expect(worlds.some((world) => world.list.some((word) => word.startsWith('-K') || word.startsWith('-G')))).toBe(
      true,
    );
  });
});
