import { Controller, Inject } from '@nestjs/common';
import { cancelCampaign, closeCampaign } from '../../operations/campaigns/end-campaign.js';
import { getCampaign } from '../../operations/campaigns/get-campaign.js';
import { listCampaigns, type ListCampaignsInput } from '../../operations/campaigns/list-campaigns.js';
import { reportCampaign, type ReportCampaignInput } from '../../operations/campaigns/report-campaign.js';
import type { CampaignInput } from '../../operations/campaigns/resolve-campaign.js';
import { startCampaign, type StartCampaignInput } from '../../operations/campaigns/start-campaign.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  campaignAnswer,
  campaignProgressAnswer,
  listCampaignsQuery,
  reportCampaignBody,
  startCampaignBody,
} from './schemas/campaigns.js';
import { pageOf } from './schemas/paging.js';
import { IN_CAMPAIGN } from './schemas/paths.js';

@Controller(`${API}/campaigns`)
export class CampaignsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('campaign.start', {
    method: 'POST',
    body: startCampaignBody,
    status: 201,
    answer: campaignAnswer,
    idempotent: true,
    summary: 'Start a rewrap campaign',
    description: 'Gives applications a target: to move their ciphertexts from old versions of a key to its primary.',
  })
  async start(call: Call<StartCampaignInput>) {
    return change(this.kms, startCampaign, call);
  }

  @Endpoint('campaign.list', {
    method: 'GET',
    query: listCampaignsQuery,
    answer: pageOf(campaignAnswer),
    summary: 'List the rewrap campaigns',
    description: 'Those about keys for which you hold the permission.',
  })
  async list(call: Call<ListCampaignsInput>) {
    return use(this.kms, listCampaigns, call);
  }

  @Endpoint('campaign.describe', {
    method: 'GET',
    path: ':campaign',
    params: IN_CAMPAIGN,
    answer: campaignProgressAnswer,
    summary: 'How far a campaign is',
    description: 'And how much still arrives under the old versions: of other nodes up to 5 seconds ago.',
  })
  async get(call: Call<CampaignInput>) {
    return use(this.kms, getCampaign, call);
  }

  @Endpoint('campaign.report', {
    method: 'POST',
    path: ':campaign/report',
    params: IN_CAMPAIGN,
    body: reportCampaignBody,
    answer: campaignAnswer,
    idempotent: true,
    summary: 'Say how many ciphertexts were moved',
    description: 'By an application; since its last report.',
  })
  async report(call: Call<ReportCampaignInput>) {
    return change(this.kms, reportCampaign, call);
  }

  @Endpoint('campaign.close', {
    method: 'POST',
    path: ':campaign/close',
    params: IN_CAMPAIGN,
    answer: campaignAnswer,
    summary: 'Close a campaign that has done what it was for',
  })
  async close(call: Call<CampaignInput>) {
    return change(this.kms, closeCampaign, call);
  }

  @Endpoint('campaign.cancel', {
    method: 'POST',
    path: ':campaign/cancel',
    params: IN_CAMPAIGN,
    answer: campaignAnswer,
    summary: 'Cancel a campaign that is not wanted any more',
  })
  async cancel(call: Call<CampaignInput>) {
    return change(this.kms, cancelCampaign, call);
  }
}
