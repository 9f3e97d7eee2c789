CREATE TABLE "node_identities" (
	"public_key" text PRIMARY KEY NOT NULL,
	"node_name" text NOT NULL,
	"pool" text NOT NULL,
	"joined_at" timestamp with time zone DEFAULT now() NOT NULL,
	"joined_by" text NOT NULL,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text,
	"last_seen_at" timestamp with time zone,
	"last_address" text
);
--> statement-breakpoint
CREATE TABLE "join_tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "join_tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_name" text,
	"pool" text NOT NULL,
	"secret_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"used_at" timestamp with time zone,
	"used_by" text,
	"used_key" text,
	"used_from" text
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"who" text NOT NULL,
	"address" text NOT NULL,
	"deed" text NOT NULL,
	"about" text NOT NULL,
	"result" text NOT NULL,
	CONSTRAINT "audit_log_kind_known" CHECK ("audit_log"."kind" in ('deed', 'access', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "operator_tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "operator_tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "operator_tokens_hash_unique" UNIQUE("hash"),
	CONSTRAINT "operator_tokens_role" CHECK ("operator_tokens"."role" in ('viewer', 'operator', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_id" bigint NOT NULL,
	"hash" text NOT NULL,
	"previous_hash" text,
	"csrf_token" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"rotated_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sessions_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "operator_wishes" (
	"variant_key" text PRIMARY KEY NOT NULL,
	"pool" text NOT NULL,
	"atom" text NOT NULL,
	"cpv" text NOT NULL,
	"slot" text NOT NULL,
	"subslot" text NOT NULL,
	"repository" text NOT NULL,
	"use_enabled" text[] NOT NULL,
	"use_disabled" text[] NOT NULL,
	"bindings" jsonb NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "wishes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "wishes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" uuid NOT NULL,
	"report_id" bigint NOT NULL,
	"pool" text NOT NULL,
	"cpv" text NOT NULL,
	"slot" text NOT NULL,
	"subslot" text NOT NULL,
	"repository" text NOT NULL,
	"use_enabled" text[] NOT NULL,
	"use_disabled" text[] NOT NULL,
	"bindings" jsonb NOT NULL,
	"variant_key" text NOT NULL,
	"state" text NOT NULL,
	"reason_code" text,
	"reason" text,
	"published_id" bigint,
	"published_build_id" integer,
	"published_event" bigint,
	"position" integer DEFAULT 0 NOT NULL,
	"first_wanted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "wishes_state" CHECK (state in ('waiting', 'excluded', 'unbuildable', 'published', 'ready', 'refused', 'gone'))
);
--> statement-breakpoint
CREATE TABLE "inventories" (
	"node_id" uuid PRIMARY KEY NOT NULL,
	"digest" text NOT NULL,
	"packages" jsonb NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"pool" text DEFAULT 'default' NOT NULL,
	"epoch" uuid,
	"agent_version" text,
	"protocol_version" integer,
	"binary_only" boolean DEFAULT false NOT NULL,
	"facts" jsonb,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"connected_at" timestamp with time zone,
	"clock_skew_ms" bigint,
	CONSTRAINT "nodes_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "reports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" uuid NOT NULL,
	"epoch" uuid NOT NULL,
	"number" integer NOT NULL,
	"looked_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"outcome" text NOT NULL,
	"last_event" bigint NOT NULL,
	"inventory_digest" text NOT NULL,
	"body" jsonb NOT NULL,
	CONSTRAINT "reports_once" UNIQUE("node_id","epoch","number")
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"node_id" uuid PRIMARY KEY NOT NULL,
	"last_event" bigint DEFAULT 0 NOT NULL,
	"seen_event" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"node_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_node_id_number_pk" PRIMARY KEY("node_id","number")
);
--> statement-breakpoint
CREATE TABLE "published_indexes" (
	"pool" text PRIMARY KEY NOT NULL,
	"timestamp" bigint NOT NULL,
	"sha256" text NOT NULL,
	"entries" integer NOT NULL,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "published_packages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "published_packages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"pool" text NOT NULL,
	"cpv" text NOT NULL,
	"repository" text NOT NULL,
	"slot" text NOT NULL,
	"subslot" text NOT NULL,
	"use_enabled" text[] NOT NULL,
	"bindings" text[] NOT NULL,
	"variant_key" text NOT NULL,
	"build_id" integer NOT NULL,
	"build_time" bigint NOT NULL,
	"path" text NOT NULL,
	"size" bigint NOT NULL,
	"sha512" text NOT NULL,
	"attempt_id" bigint,
	"by_product" boolean DEFAULT false NOT NULL,
	"index_timestamp" bigint NOT NULL,
	"published_at" timestamp with time zone DEFAULT now() NOT NULL,
	"withdrawn_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"build_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"builder_id" uuid NOT NULL,
	"lease_token" uuid NOT NULL,
	"lease_renewals" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text,
	"outcome_text" text,
	"phase" text,
	"log_path" text NOT NULL,
	"record" jsonb,
	CONSTRAINT "attempts_once" UNIQUE("build_id","number")
);
--> statement-breakpoint
CREATE TABLE "build_dependencies" (
	"build_id" bigint NOT NULL,
	"needs_build_id" bigint NOT NULL,
	"met" boolean DEFAULT false NOT NULL,
	CONSTRAINT "build_dependencies_build_id_needs_build_id_pk" PRIMARY KEY("build_id","needs_build_id")
);
--> statement-breakpoint
CREATE TABLE "builders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"mode" text NOT NULL,
	"pools" text[] NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "builds" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "builds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"variant_key" text NOT NULL,
	"pool" text NOT NULL,
	"cpv" text NOT NULL,
	"slot" text NOT NULL,
	"subslot" text NOT NULL,
	"repository" text NOT NULL,
	"use_enabled" text[] NOT NULL,
	"use_disabled" text[] NOT NULL,
	"bindings" jsonb NOT NULL,
	"ebuild_md5" text,
	"face_digest" text NOT NULL,
	"state" text NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"reason" text NOT NULL,
	"failure_kind" text,
	"priority" double precision DEFAULT 0 NOT NULL,
	"missing" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone DEFAULT now() NOT NULL,
	"attempt_count" integer DEFAULT 0 NOT NULL,
	"held_by" text,
	"approved_to_build" boolean DEFAULT false NOT NULL,
	"approved_attempt" integer,
	"forgiven_attempts" integer DEFAULT 0 NOT NULL,
	"nodes" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "builds_state" CHECK (state in ('blocked', 'queued', 'leased', 'building', 'built', 'publishing', 'published', 'held', 'quarantined', 'failed', 'aborted', 'cancelled', 'superseded')),
	CONSTRAINT "builds_failure_kind" CHECK (failure_kind in ('package', 'fetch', 'config', 'machinery'))
);
--> statement-breakpoint
CREATE TABLE "faces" (
	"digest" text PRIMARY KEY NOT NULL,
	"packages" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "policies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"verdict" text NOT NULL,
	"stage" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policies_once" UNIQUE("kind","scope","stage"),
	CONSTRAINT "policies_kind" CHECK (kind in ('package', 'node', 'repository', 'pool')),
	CONSTRAINT "policies_verdict" CHECK (verdict in ('auto', 'ask', 'hold', 'deny')),
	CONSTRAINT "policies_stage" CHECK (stage in ('build', 'publish'))
);
--> statement-breakpoint
CREATE TABLE "chores" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "chores_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"state" text DEFAULT 'asked' NOT NULL,
	"asked_by" text NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"seen_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"builder" text,
	"result" text,
	"followed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "chores_kind" CHECK (kind in ('sync', 'fetch', 'rotate-key')),
	CONSTRAINT "chores_state" CHECK (state in ('asked', 'running', 'done', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "faults" (
	"process" text NOT NULL,
	"name" text NOT NULL,
	"text" text NOT NULL,
	"times" bigint DEFAULT 1 NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "faults_process_name_pk" PRIMARY KEY("process","name")
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_token_id_operator_tokens_id_fk" FOREIGN KEY ("token_id") REFERENCES "public"."operator_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inventories" ADD CONSTRAINT "inventories_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_build_id_builds_id_fk" FOREIGN KEY ("build_id") REFERENCES "public"."builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_builder_id_builders_id_fk" FOREIGN KEY ("builder_id") REFERENCES "public"."builders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "build_dependencies" ADD CONSTRAINT "build_dependencies_build_id_builds_id_fk" FOREIGN KEY ("build_id") REFERENCES "public"."builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "build_dependencies" ADD CONSTRAINT "build_dependencies_needs_build_id_builds_id_fk" FOREIGN KEY ("needs_build_id") REFERENCES "public"."builds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "node_identities_one_per_name" ON "node_identities" USING btree ("node_name") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "audit_log_kind" ON "audit_log" USING btree ("kind","id");--> statement-breakpoint
CREATE UNIQUE INDEX "operator_tokens_live_name" ON "operator_tokens" USING btree ("name") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "sessions_previous" ON "sessions" USING btree ("previous_hash");--> statement-breakpoint
CREATE INDEX "sessions_token" ON "sessions" USING btree ("token_id");--> statement-breakpoint
CREATE UNIQUE INDEX "wishes_live_once" ON "wishes" USING btree ("node_id","variant_key") WHERE state <> 'gone';--> statement-breakpoint
CREATE INDEX "wishes_by_variant" ON "wishes" USING btree ("variant_key");--> statement-breakpoint
CREATE UNIQUE INDEX "published_path_once" ON "published_packages" USING btree ("pool","path") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "published_variant_once" ON "published_packages" USING btree ("variant_key") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "published_by_cpv" ON "published_packages" USING btree ("pool","cpv");--> statement-breakpoint
CREATE INDEX "build_dependencies_needs" ON "build_dependencies" USING btree ("needs_build_id");--> statement-breakpoint
CREATE UNIQUE INDEX "builds_live_once" ON "builds" USING btree ("variant_key") WHERE state in ('blocked', 'queued', 'leased', 'building', 'built', 'publishing', 'held', 'quarantined', 'failed', 'aborted');--> statement-breakpoint
CREATE UNIQUE INDEX "builds_running_once" ON "builds" USING btree ("pool","cpv") WHERE state in ('leased', 'building');--> statement-breakpoint
CREATE INDEX "builds_by_variant" ON "builds" USING btree ("variant_key","id");--> statement-breakpoint
CREATE INDEX "builds_claimable" ON "builds" USING btree ("pool","priority") WHERE state = 'queued';--> statement-breakpoint
CREATE UNIQUE INDEX "chores_live_once" ON "chores" USING btree ("kind") WHERE state in ('asked', 'running');