import type { Rate } from '../config/rate-limits.ts'
import type { Settings } from '../config/setting.ts'
import type { HttpSettings } from '../http/settings.ts'

/** What the door for programs is told of the settings. */
export function httpSettings({ undoWindow, planTtl, deleteLimit, safeDelete, ...settings }: Settings): HttpSettings {
  const { maxUpload, rateLimit, logLevel, readOnly, trustProxy, metricsToken } = settings
  const limit = (rate: Rate | undefined) => rate && { limit: rate.requests, period: rate.seconds }
  return {
    undoWindow,
    planTtl,
    deleteLimit,
    safeDelete,
    maxFile: maxUpload.file,
    maxArchive: maxUpload.archive,
    rateLimits: { read: limit(rateLimit.read), delete: limit(rateLimit.delete), upload: limit(rateLimit.upload) },
    logLevel,
    readOnly,
    trustProxy,
    metricsToken,
  }
}
