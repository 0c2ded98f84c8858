import { describeOnNodes } from './on-nodes.mjs'

describeOnNodes('always')
