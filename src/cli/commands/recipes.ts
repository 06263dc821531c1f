import type { Command } from 'commander';
import { readRecipe, recipeNames } from '../../train/recipes/recipe.js';

export function defineRecipes(program: Command): void {
  program
    .command('recipes')
    .description('list the systems of the paper that can be trained by name')
    .action(() => {
      const recipes = recipeNames().map(readRecipe);
      const longest = Math.max(...recipes.map(({ name }) => name.length));
      for (const { name, description, paper } of recipes) {
        const printed = paper ? `paper ${paper.error.toFixed(2).padStart(5)} %` : '';
        process.stdout.write(`${name.padEnd(longest)}  ${printed.padEnd(13)}  ${description}\n`);
      }
    });
}
