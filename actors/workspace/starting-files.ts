// Files from which programs are started without being asked for, or models are told what to do: to write one takes a setting of its own.
import { type PathPattern, pathPattern } from "./path-pattern.ts";

/** Each in a project, at any depth: people have projects within projects, and their home may be one. */
const patterns: readonly string[] = [
  ".aiex/",
  // Shells, and what runs when a directory is entered.
  ...[".profile", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".inputrc"],
  ...[".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login"],
  ...["**/fish/config.fish", "**/fish/conf.d/**", "Microsoft.PowerShell_profile.ps1"],
  ...["mise.toml", "mise.*.toml", ".mise.toml", ".mise.*.toml", ".mise/", "**/mise/config*.toml"],
  ...[
    ".xinitrc",
    ".xprofile",
    "**/autostart/*.desktop",
    "**/systemd/user/**",
    "**/LaunchAgents/**",
    "crontab",
  ],
  // Builds elsewhere, which have keys of their own.
  ...[
    "**/.github/workflows/**",
    "**/.github/actions/**",
    "**/.gitea/workflows/**",
    "**/.forgejo/workflows/**",
  ],
  ...[".gitlab-ci.yml", "**/.gitlab/ci/**", ".circleci/", ".buildkite/", ".woodpecker/", ".woodpecker.y*ml"],
  ...[
    "Jenkinsfile*",
    "azure-pipelines*.y*ml",
    "bitbucket-pipelines.yml",
    "cloudbuild*.y*ml",
    "buildspec*.y*ml",
  ],
  ...[".travis.yml", ".drone.y*ml", "appveyor.yml", ".appveyor.yml", ".cirrus.yml", ".teamcity/"],
  // What Git and editors start.
  ...[".gitconfig", ".gitmodules", ".gitattributes", ".husky/", ".githooks/", ".pre-commit-config.yaml"],
  ...[
    "lefthook.y*ml",
    ".lefthook.y*ml",
    ".vscode/",
    ".idea/",
    ".devcontainer/",
    ".devcontainer.json",
    ".vimrc",
    ".exrc",
    ".nvimrc",
  ],
  ...[
    ".nvim.lua",
    ".lvimrc",
    ".dir-locals*.el",
    ".emacs",
    ".emacs.d/",
    ".zed/",
    ".fleet/",
    ".run/",
    "*.code-workspace",
  ],
  // What package managers, debuggers and shells of languages run by themselves.
  ...[
    ".pnpmfile.*js",
    ".yarn/",
    ".yarnrc",
    ".cargo/",
    ".mvn/",
    ".bundle/",
    ".gdbinit",
    ".lldbinit",
    ".pdbrc",
  ],
  ...[
    ".irbrc",
    ".pryrc",
    ".Rprofile",
    "sitecustomize.py",
    "usercustomize.py",
    ".tmux.conf",
    ".curlrc",
    ".wgetrc",
  ],
  // What tells models what to do.
  ...["AGENTS.md", "CLAUDE.md", "GEMINI.md", ".claude/", ".cursor/", ".cursorrules", ".gemini/", ".mcp.json"],
  ...[
    "**/.github/copilot-instructions.md",
    "**/.github/instructions/**",
    "**/.github/prompts/**",
    ".windsurfrules",
  ],
  ...[
    ".windsurf/",
    ".clinerules*",
    ".clinerules/",
    ".roo/",
    ".roorules*",
    ".continue/",
    ".codex/",
    ".opencode/",
  ],
  ...["opencode.json*", ".junie/", ".amazonq/", ".kiro/", ".aider*", ".goosehints"],
];

export const startingFiles: readonly PathPattern[] = patterns.flatMap((text) => pathPattern(text) ?? []);
