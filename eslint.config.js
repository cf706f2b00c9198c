import path from "node:path";
import tseslint from "typescript-eslint";

/**
 * Which part of the repository may import which. Each rule: files below `from` may not import files below `to`, save
 * those that `except` matches. Paths are relative to this file.
 */
const borders = [
  {
    from: /^(?!local\/|test\/)/,
    to: /^local\//,
    because: "local/ is only what lets the platform run on one machine; nothing may depend on it",
  },
  {
    from: /^(?!test\/)/,
    to: /^test\//,
    because: "only tests use tests",
  },
  {
    from: /^recovery\//,
    to: /^components\//,
    // The catalog's pages and the schema of the outputs are the contract; how resources are made of them is not.
    except:
      /^components\/(outputs\.ts|text\/|services\/(catalog|definition|image-lock|quantities|recovery|store-number)\.ts|services\/[^/]+\/[^/]+\.ts$)/,
    because:
      "recovery knows the catalog, the definitions and the outputs' schema, not how components declare them",
  },
  {
    from: /^components\/text\//,
    to: /^(?!components\/text\/)/,
    because: "components/text is pure: it imports nothing of ours",
  },
];

/** Modules that pull in the engine's SDK stay out of what must run without Pulumi. */
const pulumiFree =
  /^(recovery\/|components\/(text|config)\/(?!load)|components\/services\/([^/]+\/|definition|catalog|image-lock|quantities|recovery|store-number))/;

const importDirection = {
  meta: { type: "problem", schema: [], messages: { border: "{{target}}: {{because}}." } },
  create(context) {
    const file = path.relative(import.meta.dirname, context.filename);
    const check = (node, source) => {
      if (typeof source?.value !== "string") return;
      const target = source.value.startsWith(".")
        ? path.join(path.dirname(file), source.value)
        : source.value;
      const report = (because) =>
        context.report({ node: source, messageId: "border", data: { target, because } });
      if (target.startsWith("@pulumi/") && pulumiFree.test(file)) {
        report("this must run where there is no Pulumi");
      }
      if (!source.value.startsWith(".")) return;
      for (const { from, to, except, because } of borders) {
        if (from.test(file) && to.test(target) && !except?.test(target)) report(because);
      }
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
    };
  },
};

/** Commands talk to their user; all else returns, throws or logs. */
const commandFiles = [
  "components/config/generate.ts",
  "local/commands/**",
  "operator/start.mjs",
  "recovery/operator/**",
  "recovery/agent/main.ts",
  "test/run.ts",
  "test/e2e/**",
];

export default tseslint.config(
  { ignores: ["node_modules/", ".kaleem/", "dist/", "coverage/", "test/fixtures/", "**/*.golden.*"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] },
          ],
        },
      ],
      // Numbers in sentences are fine; objects and undefined are not.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: false },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Index signatures are read with brackets: tsc demands it.
      "@typescript-eslint/dot-notation": "off",
      // An interface may be async where this implementation has nothing to wait for.
      "@typescript-eslint/require-await": "off",
      // Both spellings of an empty callback and of a type parameter used once read well enough.
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true, allowRethrowing: true }],
    },
  },
  {
    files: ["**/*.{ts,js,mjs}"],
    plugins: { kaleem: { rules: { "import-direction": importDirection } } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "kaleem/import-direction": "error",
      "no-console": "error",
      "no-empty": ["error", { allowEmptyCatch: false }],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "TSEnumDeclaration",
          message: "Node's type stripping has no enums; use a const object or a union.",
        },
        { selector: "TSParameterProperty", message: "Node's type stripping has no parameter properties." },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A missing value in the text of a failing assertion is what one wants to see.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
    },
  },
  { files: commandFiles, rules: { "no-console": "off" } },
);
