import tseslint from "typescript-eslint";

// Size budgets: a file or function that needs more has usually found an idea that wants a name of its own.
const budgets = {
  "max-lines": ["error", { max: 250 }],
  "max-lines-per-function": ["error", { max: 60 }],
  "max-params": ["error", 3],
  complexity: ["error", 15],
};

export default tseslint.config(
  { ignores: ["node_modules/", "**/dist/", "coverage/", "rendered/"] },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...budgets,
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/prefer-nullish-coalescing": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A component is created for its children; its name is often not needed again.
      "no-new": "off",
    },
  },
  {
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MethodDefinition[kind='constructor'] > FunctionExpression[loc.end.line>0] > BlockStatement[body.length>25]",
          message: "A constructor reads as a table of contents: move work into named create… helpers.",
        },
        {
          selector: "CallExpression[callee.property.name='apply'] NewExpression",
          message: "No resource is created inside apply: what exists is decided by plain configuration.",
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
