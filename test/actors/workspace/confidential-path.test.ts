// Which files never leave the machine, by their path alone.
import { expect, test } from "vitest";
import { isConfidentialPath } from "../../../actors/workspace/confidential-path.ts";

test.each([
  ".env",
  "src/.ENV",
  ".env.production",
  "prod.env",
  ".envrc",
  "config/secrets.yml",
  "Secrets.py",
  "secret.json",
  "server.pem",
  "server.KEY",
  "id_rsa",
  "id_ed25519.pub",
  "keys/ID_RSA.old",
  "/home/ada/.ssh/config",
  "C:\\Users\\ada\\.SSH\\config",
  ".aws/config.py",
  "a/.gnupg/b/c.ts",
  ".npmrc",
  ".netrc",
  "_netrc",
  ".git-credentials",
  "credentials",
  "credentials.json",
  "terraform.tfvars",
  "cert.p12",
  "service-account-prod.json",
  ".env.",
  ".env-local",
  ".env~",
  "app-secrets.yaml",
  "my.secrets.json",
  "server.key.bak",
  "server.pem~",
  "terraform.tfstate.backup",
  "prod.tfvars.json",
  ".yarnrc.yml",
  ".bash_history",
  ".env ",
  ".env::$DATA",
  "．env",
])("isConfidentialPath() is true for %s", (path) => {
  expect(isConfidentialPath(path)).toBe(true);
});

test.each([
  "src/app.ts",
  "environment.ts",
  "src/env.ts",
  "secretary.py",
  "keyboard.ts",
  "monkey.py",
  "find-secrets.ts",
  "public.keys.ts",
  ".environment",
  "ssh/client.ts",
  "pem.go",
  "key/lock.rb",
  "",
  "a/b/",
])("isConfidentialPath() is false for %s", (path) => {
  expect(isConfidentialPath(path)).toBe(false);
});
