"""A batch run: its plan, its workers, and the tables of the library that it fills."""

import hashlib
import os
from contextlib import AbstractContextManager
from importlib.metadata import version

from retropace.annotations import AnnotationInput
from retropace.cli.sessions.requests import BatchRequest
from retropace.core.errors import RetropaceError
from retropace.labelling.athlete import Athlete
from retropace.labelling.athlete_file import athlete_path, read_athlete
from retropace.library import ActivityFilter
from retropace.library.batch import BatchPlan, Job
from retropace.library.batch.dask_cluster import open_cluster_pool
from retropace.library.batch.process_pool import open_process_pool
from retropace.library.batch.workers import WorkerPool
from retropace.library.rows import STORAGE_VERSION
from retropace.sources import Limits

DEFAULT_TIMEOUT_S = 300.0
"""Longest time in seconds for one file by default; even the longest real recordings take only a few."""


def build_plan(
    request: BatchRequest, annotation_inputs: tuple[AnnotationInput, ...], athlete: Athlete | None
) -> tuple[BatchPlan, str]:
    """Return the plan, and the text of which its ``settings_digest`` is the hash: all that decides its results."""
    activity_filter = ActivityFilter(request.since, request.sports)
    job = Job(request.settings, annotation_inputs, athlete, activity_filter, request.max_size)
    description = f"retropace {version('retropace')}, {STORAGE_VERSION}: {job.describe()}"
    digest = hashlib.sha256(description.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    timeout_s = None if request.scheduler is not None else request.timeout or DEFAULT_TIMEOUT_S
    limits = Limits(max_bytes=request.max_size)
    return BatchPlan(request.paths, job, limits, digest, timeout_s, request.retry, request.strict), description


def read_athlete_by_name(name: str, *, must_exist: bool) -> Athlete:
    """Return the athlete, without sessions if there is no file; raises ``RetropaceError`` then if it ``must_exist``."""
    athlete, data = read_athlete(athlete_path(name))
    if data is None and must_exist:
        raise RetropaceError("no such athlete is known: 'retropace analyze --athlete' learns one")
    return athlete


def start_worker_pool(request: BatchRequest, plan: BatchPlan) -> AbstractContextManager[WorkerPool]:
    """Return the worker pool of the Dask cluster, or of local processes."""
    if request.scheduler is not None:
        return open_cluster_pool(plan.job, request.scheduler)
    core_count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return open_process_pool(plan.job, request.jobs or core_count, plan.timeout_s)
